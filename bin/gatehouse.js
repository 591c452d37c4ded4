#!/usr/bin/env node
// Settings that make no sense are found while the program is loaded, too: told in words, and as wrong usage.
import("../dist/src/main.js").catch((error) => {
  if (error?.name !== "ConfigFault") throw error;
  console.error(error.message);
  process.exitCode = 64;
});

import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** Bundles the GraphQL IDE, with everything it loads, into `dist/ide`. `src/server/ide.ts` serves it at `/graphiql/`. */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "/graphiql/",
  build: {
    outDir: fileURLToPath(new URL("../dist/ide", import.meta.url)),
    emptyOutDir: true,
    target: "es2022",
    license: { fileName: "licenses.md" },
    // Monaco is large however it is cut.
    chunkSizeWarningLimit: 5000,
    // "use client" is for servers that render React; there is none here.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  worker: { format: "es" },
});

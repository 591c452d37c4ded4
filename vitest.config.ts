import { defineConfig } from "vitest/config";

// One run tests on one database: SQLite, or the server that TEST_DATABASE_URL names. `npm test` makes both runs.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/support/build.ts",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
  // One realm of graphql: by itself Vite would take its ES modules where every library takes its main file.
  resolve: { alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }] },
  oxc: { decorator: { legacy: true } },
});

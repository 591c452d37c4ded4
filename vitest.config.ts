import { configDefaults, defineConfig } from "vitest/config";
import { testsWithoutDatabase } from "./test/support/needs-database.ts";

// One run tests on one database: SQLite, or the server that TEST_DATABASE_URL names. `npm test` makes both runs; what needs no database
// is in the first alone.
const isSecond = Boolean(process.env.TEST_DATABASE_URL);
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...(isSecond ? testsWithoutDatabase("test") : [])],
    globalSetup: "test/support/build.ts",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
  // One realm of graphql: by itself Vite would take its ES modules where every library takes its main file.
  resolve: { alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }] },
  oxc: { decorator: { legacy: true } },
});

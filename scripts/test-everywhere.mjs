// Runs the whole suite on SQLite, and on MySQL/MariaDB when TEST_DATABASE_URL, or a local server, answers.
import { spawnSync } from "node:child_process";
import { createConnection } from "mysql2/promise";

const server = process.env.TEST_DATABASE_URL ?? "mysql://root@127.0.0.1:3306/";

function run(name, env) {
  console.log(`\n=== Tests on ${name}`);
  const { status } = spawnSync(process.execPath, ["node_modules/vitest/vitest.mjs", "run", ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  if (status !== 0) process.exit(status ?? 1);
}

run("SQLite", { TEST_DATABASE_URL: "" });
try {
  await (await createConnection(server)).end();
} catch (error) {
  if (process.env.TEST_DATABASE_URL) throw error;
  console.log(
    `\n=== No MySQL or MariaDB answered at 127.0.0.1:3306: tested on SQLite alone. Set TEST_DATABASE_URL to test on one.`,
  );
  process.exit(0);
}
run("MySQL/MariaDB", { TEST_DATABASE_URL: server });

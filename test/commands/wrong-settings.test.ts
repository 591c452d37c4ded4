import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

it.each(["nonsense", "postgres://u:secret@h/d", "mysql://u:p%ZZsecret@h/d"])(
  "a DATABASE_URL that makes no sense is told in words, without repeating it: %s",
  (url) => {
    const env = { ...process.env, DATABASE_URL: url };
    const { status, stderr } = spawnSync(process.execPath, ["bin/gatehouse.js", "migrate"], { env, encoding: "utf8" });
    expect(status).toBe(64);
    expect(stderr).toContain("DATABASE_URL must look like");
    expect(stderr).not.toMatch(/^ +at |secret/m);
  },
);

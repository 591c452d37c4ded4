import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { createPool, type RowDataPacket } from "mysql2/promise";
import { tellCpu } from "./measured-server.ts";

// What one would write by hand for this one question and no other: `node:http`, two prepared statements, and JSON. It knows no
// GraphQL, no rights and no limits. With a token as second argument it looks that up first, as even the plainest server would.
const [url = "", token = ""] = process.argv.slice(2);
const pool = createPool({ uri: url, connectionLimit: 10, charset: "utf8mb4" });

const usersSql = `SELECT CONCAT('usr_', id) AS id, id AS compactId, email, fullName, username, role, status, createdAt,
  directoryId IS NOT NULL AS synced FROM User WHERE siteId = ? ORDER BY nameKey, id LIMIT 50`;
const groupsSql = (ids: readonly unknown[]) => `SELECT m.userId, CONCAT('grp_', g.id) AS id, g.name
  FROM Membership m JOIN \`Group\` g ON g.id = m.groupId WHERE m.userId IN (${ids.map(() => "?").join(", ")}) ORDER BY g.nameKey, g.id`;
const tokenSql = "SELECT siteId FROM ApiToken WHERE tokenHash = ? AND revokedAt IS NULL";

const [[site]] = await pool.execute<RowDataPacket[]>("SELECT id FROM Site");
const siteId = String(site?.id);

async function isKnown(authorization: string): Promise<boolean> {
  const hash = createHash("sha256").update(authorization.replace("Bearer ", "")).digest("hex");
  const [rows] = await pool.execute<RowDataPacket[]>(tokenSql, [hash]);
  return rows.length > 0;
}

async function listUsers(): Promise<object[]> {
  const [users] = await pool.execute<RowDataPacket[]>(usersSql, [siteId]);
  const ids = users.map(({ compactId }) => compactId);
  const [groups] = await pool.execute<RowDataPacket[]>(groupsSql(ids), ids);
  const byUser = new Map<string, object[]>(ids.map((id) => [id, []]));
  for (const { userId, id, name } of groups) byUser.get(userId)?.push({ id, name });
  return users.map(({ compactId, synced, ...user }) => ({
    ...user,
    synced: Boolean(synced),
    groups: { nodes: byUser.get(compactId) },
  }));
}

const server = createServer(async (request, response) => {
  JSON.parse(await text(request));
  const isRefused = token !== "" && !(await isKnown(request.headers.authorization ?? ""));
  const answer = isRefused ? { errors: [] } : { data: { users: { nodes: await listUsers() } } };
  response.writeHead(isRefused ? 401 : 200, { "Content-Type": "application/json" });
  response.end(JSON.stringify(answer));
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo; // as: it listens on a port
  tellCpu({ port, token });
});
process.once("disconnect", () => {
  server.close();
  void pool.end();
});

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { stringify } from "csv-stringify";
import { type ExportedUser, exportUsers } from "../../queries/exported-users.ts";
import type { Door, Place } from "../../work/door.ts";
import { guardCell, joinNames } from "./cells.ts";
import { type Exported, exported } from "./columns.ts";

const usersAtOnce = 500;

const cellOf: Record<Exported, (user: ExportedUser) => string> = {
  email: ({ email }) => email,
  "full name": ({ fullName }) => fullName,
  username: ({ username }) => username,
  role: ({ role }) => role,
  status: ({ status }) => status,
  groups: ({ groups }) => joinNames(groups),
  applications: ({ applications }) => joinNames(applications),
  created: ({ createdAt }) => createdAt,
  joined: ({ joinedAt }) => joinedAt ?? "",
  "last active": ({ lastActiveAt }) => lastActiveAt,
  directory: ({ directory }) => directory ?? "",
};

/** Writes the users of a site as CSV, in order of address, a page at a time and no faster than they are taken. */
export async function writeUsers(
  door: Door,
  place: Place,
  { statuses, onUsers }: { statuses: readonly string[]; onUsers(count: number): void },
  output: NodeJS.WritableStream,
): Promise<void> {
  async function* rows(): AsyncGenerator<string[]> {
    for (let after = ""; ; ) {
      const users = await door.look(place, (reader) => exportUsers(reader, { after, statuses, first: usersAtOnce }));
      for (const user of users) yield exported.map((column) => guardCell(cellOf[column](user)));
      onUsers(users.length);
      const last = users.at(-1);
      if (!last || users.length < usersAtOnce) return;
      after = last.email;
    }
  }
  const table = stringify({ header: true, columns: [...exported], record_delimiter: "\r\n", quoted_match: /[;\t\r\n]/ });
  await pipeline(Readable.from(rows()), table, output, { end: false });
}

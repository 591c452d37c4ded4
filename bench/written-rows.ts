import type { Ground } from "../src/database/ground.ts";

/** The tables of people and groups, which a sync without changes must not touch. */
export const untouchedTables = ["User", "Account", "SearchTerm", "Group", "Membership", "Nesting"] as const;

/** Counts, by table, the rows that writing statements say they wrote, from now on. */
export function countWrites(ground: Ground): Map<string, number> {
  const written = new Map<string, number>();
  const begin = ground.begin.bind(ground);
  ground.begin = async () => {
    const transaction = await begin();
    const write = transaction.write.bind(transaction);
    transaction.write = async (sql, params) => {
      const rows = await write(sql, params);
      const table = tableOf(sql);
      if (rows > 0) written.set(table, (written.get(table) ?? 0) + rows);
      return rows;
    };
    return transaction;
  };
  return written;
}

function tableOf(sql: string): string {
  return /^\s*(?:INSERT|UPDATE|DELETE|REPLACE)\s+(?:(?:OR|IGNORE|INTO|FROM)\s+)*`?(\w+)/i.exec(sql)?.[1] ?? sql.slice(0, 30);
}

/** Makes the database itself refuse every write to the tables of people and groups. Answers how to allow them again. */
export async function refuseWrites({ dialect, dataSource }: Ground): Promise<() => Promise<void>> {
  const names: string[] = [];
  for (const table of untouchedTables)
    for (const event of ["INSERT", "UPDATE", "DELETE"]) {
      const name = `Refuse_${table}_${event}`;
      names.push(name);
      const no = `${table} is not to be written`;
      const refusal =
        dialect === "sqlite" ? `BEGIN SELECT RAISE(ABORT, '${no}'); END` : `SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '${no}'`;
      await dataSource.query(`CREATE TRIGGER ${name} BEFORE ${event} ON \`${table}\` FOR EACH ROW ${refusal}`);
    }
  return async () => {
    for (const name of names) await dataSource.query(`DROP TRIGGER ${name}`);
  };
}

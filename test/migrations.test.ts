import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshDatabase, type TestDatabase } from "./support/database.ts";

describe("the migrations", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.drop());

  it("make the very tables that the entities describe", async () => {
    const { upQueries } = await database.ground.dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it("state a charset for every text column, and compare none of them by a collation that equates", async () => {
    if (database.ground.dialect === "sqlite") return;
    const columns = await database.ground.read(
      `SELECT TABLE_NAME AS t, COLUMN_NAME AS c, COLLATION_NAME AS collation FROM information_schema.COLUMNS
       WHERE TABLE_SCHEMA = DATABASE() AND COLLATION_NAME IS NOT NULL AND TABLE_NAME <> 'Migration'`,
    );
    const loose = columns.filter(({ collation }) => !["ascii_bin", "utf8mb4_bin"].includes(String(collation)));
    expect(loose).toEqual([]);
  });

  it("can be undone and made again", async () => {
    await database.ground.dataSource.undoLastMigration();
    expect(await database.ground.dataSource.runMigrations()).toHaveLength(1);
  });
});

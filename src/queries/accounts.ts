import { publicIdSql } from "./columns.ts";
import { declareLoader } from "./loaders.ts";
import type { Row } from "./reader.ts";

// Only the person behind the request sees an account: admins see users (rule 1.1a).
declareLoader("Account", (reader, ids) => {
  const own = "accountId" in reader.actor ? reader.actor.accountId : null;
  if (!own || !ids.includes(own)) return Promise.resolve([]);
  return reader.rows<Row>(
    `SELECT ${publicIdSql("Account", "a.id")} AS id, a.email, a.emailVerified, a.fullName, a.pictureUrl, a.createdAt FROM Account a WHERE a.id = ?`,
    [own],
  );
});

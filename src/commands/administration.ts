import type { Command } from "commander";
import { invitationLink } from "../actions/invitations/issue-invitations.ts";
import { createSite } from "../actions/sites/create-site.ts";
import { createApiToken } from "../actions/tokens/create-api-token.ts";
import type { Start } from "../main.ts";
import { newId, publicId } from "../model/id.ts";
import { Refusal } from "../model/refusal.ts";
import { allScopes, scopes as everyScope, type Scope } from "../model/scope.ts";
import { siteByKey } from "../queries/callers.ts";
import { tell } from "./exit.ts";
import { everywhere, type House, openHouse, operator } from "./open-house.ts";

interface SiteOptions {
  key: string;
  name: string;
  admin: string;
  localAccounts?: boolean;
  json?: boolean;
}

/** The commands by which an operator makes sites and tokens. */
export function registerAdministration(program: Command, start: () => Start): void {
  const inHouse = async <T>(use: (house: House, started: Start) => Promise<T>): Promise<T> => {
    const started = start();
    const house = await openHouse(started.config, started.log);
    try {
      return await use(house, started);
    } finally {
      await house.close();
    }
  };

  program
    .command("site")
    .description("sites")
    .command("create")
    .description("a site and its first admin, whose invitation link is printed")
    .requiredOption("--key <key>", "short stable name, for the Gatehouse-Site header")
    .requiredOption("--name <name>", "what people call it")
    .requiredOption("--admin <email>", "its first admin")
    .option("--local-accounts", "its accounts sign in to no other site, until siteUpgradeAccounts")
    .option("--json", "for programs")
    .action(({ key, name, admin, localAccounts, json }: SiteOptions) =>
      inHouse(async ({ door }, { config }) => {
        const siteId = newId();
        const site = { key, name, adminEmail: admin, accounts: localAccounts ? ("LOCAL" as const) : ("GLOBAL" as const) }; // as: modes
        const made = await door.act({ siteId, actor: operator }, (work) => createSite(work, site));
        const link = invitationLink(config.publicUrl, made.adminToken ?? "");
        const told = { site: publicId("Site", siteId), key, admin: publicId("User", made.adminId), link, token: made.adminToken };
        tell(json ? JSON.stringify(told) : `Made the site ${key}. ${admin} joins by this link, which works once:\n${link}`);
      }),
    );

  program
    .command("token")
    .description("API tokens")
    .command("create")
    .description("an API token, shown this one time")
    .requiredOption("--site <key>", "the site's key")
    .requiredOption("--name <name>", "what it is for")
    .requiredOption("--scopes <list>", "scopes separated by commas, or ALL")
    .option("--application <id>", "with CONTENT_WRITE: the application's ID")
    .option("--json", "for programs")
    .action(
      ({
        site,
        name,
        scopes,
        application,
        json,
      }: {
        site: string;
        name: string;
        scopes: string;
        application?: string;
        json?: boolean;
      }) =>
        inHouse(async ({ door }) => {
          const siteId = await requireSite(door, site);
          const wanted = readScopes(scopes);
          const { secret, tokenId } = await door.act({ siteId, actor: operator }, (work) =>
            createApiToken(work, { name, scopes: wanted, applicationId: application ?? null }),
          );
          tell(json ? JSON.stringify({ token: secret, id: publicId("ApiToken", tokenId) }) : secret);
        }),
    );
}

/** The site with this key, or a refusal. */
export async function requireSite(door: House["door"], key: string): Promise<string> {
  const siteId = await door.look(everywhere, (reader) => siteByKey(reader, key));
  if (!siteId) throw new Refusal("NOT_FOUND", `There is no site with the key ${key}.`, ["--site"]);
  return siteId;
}

function readScopes(list: string): Scope[] {
  if (list === "ALL") return [...allScopes];
  return list.split(",").map((word) => {
    const scope = everyScope.find((known) => known === word.trim());
    if (!scope)
      throw new Refusal("INVALID", `${word.trim()} is no scope. Scopes are ALL, or some of ${everyScope.join(", ")}.`, [
        "--scopes",
      ]);
    return scope;
  });
}

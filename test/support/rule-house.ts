import type { SettingsInput } from "../../src/actions/directories/read-settings.ts";
import { createSite } from "../../src/actions/sites/create-site.ts";
import type { Site } from "../../src/model/entities.ts";
import { newId } from "../../src/model/id.ts";
import type { GatewayOptions } from "../../src/server/gateway.ts";
import { type Asker, askerOf } from "./asking.ts";
import { openGateway, type TestGateway } from "./gateway.ts";
import { operator } from "./house.ts";
import type { MailServer } from "./mail-server.ts";
import { openPostOffice } from "./post-office.ts";
import { buildSyncedHouse, type SyncedHouse } from "./synced-house.ts";

export const password = "correct horse battery";

/** Somebody who joined: their user, and their session's token. */
export interface Member {
  id: string;
  token: string;
}

/** A site, asked by GraphQL; people are told by their addresses. Without a token its first admin asks. */
export interface AskedSite extends Asker {
  admin: string;
  /** Of an invitation, without a letter unless `more` says so. Answers the user's id. */
  invite(email: string, more?: object, token?: string): Promise<string>;
  /** Joins by the link of a letter, as somebody new. */
  join(email: string, role?: "MEMBER" | "MANAGER" | "ADMIN"): Promise<Member>;
  accept(token: string, more?: object, session?: string | null): Promise<Accepted>;
  signIn(email: string, tried?: string): Promise<SignedIn>;
  /** Reads a user by their id. */
  user(id: string, selection: string, token?: string): Promise<Record<string, unknown>>;
}

export interface Accepted {
  user: { id: string; email: string; fullName: string; status: string } | null;
  session: { accessToken: string } | null;
  userErrors: { code: string; path: string[] }[];
}

export interface SignedIn {
  session: { accessToken: string } | null;
  viewer: { account: { id: string }; user: { id: string; status: string } | null } | null;
  userErrors: { code: string }[];
}

/** A house of the rules: the site `acme` with a directory, a gateway, and a mail server that letters really go to. */
export interface RuleHouse extends SyncedHouse {
  gateway: TestGateway;
  mail: MailServer;
  acme: AskedSite;
  /** Another site of the deployment, as the operator makes it. Its first admin joined. */
  found(key: string, accounts?: Site["accounts"]): Promise<AskedSite>;
  /** The token of the link in the nth letter to an address. */
  linkTo(email: string, nth?: number): Promise<string>;
}

export async function buildRuleHouse(settings: SettingsInput = {}, options: Partial<GatewayOptions> = {}): Promise<RuleHouse> {
  const house = await buildSyncedHouse(settings);
  const gateway = await openGateway(house, "jit", { lookForProof: everythingIsProved, ...options });
  const office = await openPostOffice(house);
  office.post();
  const linkTo: RuleHouse["linkTo"] = async (email, nth = 1) => tokenIn((await office.mail.waitFor(email, nth)).at(-1)?.text);
  const siteBy = (key: string, admin: string) => askedSite(askerOf({ ...gateway, admin }, key), admin, linkTo);
  return {
    ...house,
    gateway,
    mail: office.mail,
    acme: siteBy("acme", gateway.admin),
    async found(key, accounts = "GLOBAL") {
      const asked = { key, name: key, adminEmail: `admin@${key}.example`, accounts };
      const { adminToken } = await house.door.act({ siteId: newId(), actor: operator }, (work) => createSite(work, asked));
      const { session } = await siteBy(key, "").accept(adminToken ?? "");
      return siteBy(key, session?.accessToken ?? "");
    },
    linkTo,
    async close() {
      await office.close();
      await gateway.server.close();
      await house.close();
    },
  };
}

const everythingIsProved: GatewayOptions["lookForProof"] = async () => ({
  record: { outcome: "FOUND", detail: "The record is there." },
  file: { outcome: "ABSENT", detail: "No file." },
});

function tokenIn(text = ""): string {
  return /\/(?:join|reset)#(\S+)/.exec(text)?.[1] ?? "";
}

function askedSite(asker: Asker, admin: string, linkTo: RuleHouse["linkTo"]): AskedSite {
  const site: AskedSite = {
    ...asker,
    admin,
    async invite(email, more = {}, token = admin) {
      const input = { invitees: [{ email }], applicationIds: [], sendEmail: false, ...more };
      const { users } = await asker.succeed<{ users: { id: string }[] }>("userInvite", input, "users { id }", token);
      return users[0]?.id ?? "";
    },
    async join(email, role = "MEMBER") {
      const id = await site.invite(email, { role, sendEmail: true });
      const { session } = await site.accept(await linkTo(email));
      return { id, token: session?.accessToken ?? "" };
    },
    accept: (token, more = { fullName: "Somebody New", password }, session = null) =>
      asker.change("invitationAccept", { token, ...more }, "user { id email fullName status } session { accessToken }", session),
    signIn: (email, tried = password) =>
      asker.change(
        "signIn",
        { email, password: tried },
        "session { accessToken } viewer { account { id } user { id status } }",
        null,
      ),
    async user(id, selection, token = admin) {
      const query = `query ($id: ID!) { user(by: { id: $id }) { ${selection} } }`;
      return (await asker.query<{ user: Record<string, unknown> }>(query, { id }, token)).user;
    },
  };
  return site;
}

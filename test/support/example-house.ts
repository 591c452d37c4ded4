import { requestPasswordReset } from "../../src/actions/accounts/request-password-reset.ts";
import { connectDirectory } from "../../src/actions/directories/connect-directory.ts";
import { startSync } from "../../src/actions/directories/start-sync.ts";
import { createApiToken } from "../../src/actions/tokens/create-api-token.ts";
import { deactivateUsers } from "../../src/actions/users/deactivate-users.ts";
import { isOutage } from "../../src/database/dialect.ts";
import { publicId } from "../../src/model/id.ts";
import { createSyncRunner } from "../../sync/run.ts";
import { buildPeopleHouse, type PeopleHouse, password, stranger } from "./people-house.ts";
import { scriptedDirectory } from "./scripted-directory.ts";
import { quiet, serviceAccountKey } from "./synced-house.ts";

/** A house that has whatever the documentation's examples name by a variable. */
export interface ExampleHouse extends PeopleHouse {
  /** A value for a variable, made anew at each call: no example depends on another. */
  valueOf(variable: string): Promise<unknown>;
  /** Who asks an example: a person who may do everything, or for what people may not, the application that the page names. */
  askerOf(query: string): Promise<string>;
}

export async function buildExampleHouse(): Promise<ExampleHouse> {
  const house = await buildPeopleHouse();
  let made = 0;
  const invited = async () => house.invite(`invited${++made}@acme.example`);
  const application = async () => (await house.application(`app${++made}`)).id;
  const makers: Record<string, () => Promise<unknown>> = {
    application,
    wiki: application,
    group: () => house.group(`Group ${++made}`),
    user: async () => (await house.people(1))[0],
    invitation: async () => (await invited()).invitationId,
    token: async () => (await invited()).token,
    email: async () => (await house.joinByLink(`joined${++made}@acme.example`)).label,
    deactivated: async () => {
      const ids = await house.people(1);
      await house.act((work) => deactivateUsers(work, { ids }));
      return ids[0];
    },
    directory: () => connect(house, `Workspace ${++made}`),
    plan: async () => planOf(house, await connect(house, `Workspace ${++made}`)),
    disputed: async () => disputeOf(house, await connect(house, `Workspace ${++made}`), `Namesakes ${made}`),
    // Whatever was just made was never changed.
    version: async () => 1,
    groupVersion: async () => 1,
    resetToken: async () => {
      const { label } = await house.joinByLink(`forgetful${++made}@acme.example`);
      await house.act((work) => requestPasswordReset(work, { email: label }), stranger);
      return /\/reset#(\S+)/.exec((await house.lettersTo(label)).at(-1)?.text ?? "")?.[1];
    },
    password: async () => password,
    fullName: async () => "Grace Hopper",
    after: async () => null,
    key: async () => serviceAccountKey,
  };
  return {
    ...house,
    async valueOf(variable) {
      const make = makers[variable];
      if (!make) throw new Error(`No example knows a variable $${variable}: add it to this file.`);
      return make();
    },
    async askerOf(query) {
      // A session of the example's own: one of them signs out.
      if (!query.includes("contentReport")) return (await house.joinByLink(`asks${++made}@acme.example`, "ADMIN")).accessToken;
      const applicationId = (await house.application("wiki")).id;
      const token = { name: "Wiki", scopes: ["CONTENT_WRITE" as const], applicationId };
      return (await house.act((work) => createApiToken(work, token), house.operator)).secret;
    },
  };
}

async function connect(house: PeopleHouse, name: string): Promise<string> {
  const credentials = { googleWorkspace: { serviceAccountKey, adminEmail: "admin@acme.example" } };
  return publicId("Directory", await house.act((work) => connectDirectory(work, { name, credentials })));
}

/** The change of a plan that is disputed: a group here has the name of one of the directory. */
async function disputeOf(house: PeopleHouse, directoryId: string, name: string): Promise<string> {
  await house.group(name);
  const script = scriptedDirectory();
  script.group("g1", name, []);
  const compact = (await planOf(house, directoryId, script)).slice("run_".length);
  const [step] = await house.rows<{ seq: number }>("SELECT seq FROM SyncStep WHERE runId = ? AND status = 'DISPUTED'", [compact]);
  return `chg_${compact}-${step?.seq}-0`;
}

/** A plan that is ready, of a directory that lists one person. */
async function planOf(house: PeopleHouse, directoryId: string, script = scriptedDirectory()): Promise<string> {
  script.person(directoryId, `${directoryId.toLowerCase().replace("_", "-")}@acme.example`);
  const runId = await house.act((work) => startSync(work, { directoryId }));
  await createSyncRunner({ door: house.door, connect: () => script.reader(), isOutage, log: quiet }).run(runId);
  return publicId("SyncRun", runId);
}

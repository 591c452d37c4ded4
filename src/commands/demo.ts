import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { sampleCompany } from "../../sync/sample/company.ts";
import { newPrivateKey, type SampleDirectory, startSampleDirectory } from "../../sync/sample/sample-directory.ts";
import { connectDirectory } from "../actions/directories/connect-directory.ts";
import { startApply } from "../actions/directories/start-apply.ts";
import { startSync } from "../actions/directories/start-sync.ts";
import { acceptInvitation } from "../actions/invitations/accept-invitation.ts";
import { createSite } from "../actions/sites/create-site.ts";
import { readConfig } from "../config.ts";
import type { Actor } from "../model/actor.ts";
import { newId, publicId } from "../model/id.ts";
import { siteByKey } from "../queries/callers.ts";
import { readWholeRun } from "../queries/whole-run.ts";
import { hashPassword } from "../secrets/password.ts";
import { newSecretKey } from "../secrets/seal.ts";
import { createLog } from "../server/log.ts";
import type { Place } from "../work/door.ts";
import { remark, tell } from "./exit.ts";
import { everywhere, operator } from "./open-house.ts";
import { type Served, serve } from "./serve.ts";

/** Where the demo keeps its database and keys, so that a second start finds everything there. */
const folder = ".gatehouse-demo";
const admin = { email: "admin@acme.example", password: "correct horse battery", fullName: "Ada Lovelace" };

/** Runs the gateway with a sample Google Workspace: a site, an admin and the first sync, made once and found again. */
export async function demo(env: NodeJS.ProcessEnv): Promise<Pick<Served, "close">> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const key = kept("service-account.pem", newPrivateKey);
  const sample = await startSampleDirectory({ company: sampleCompany(), port: Number(env.SAMPLE_PORT ?? 4001), privateKey: key });
  const settings = {
    DATABASE_URL: `sqlite:${join(folder, "demo.db")}`,
    SECRET_KEY: kept("secret.key", newSecretKey),
    LOG_LEVEL: "warn",
    GOOGLE_API_URL: sample.url,
    GOOGLE_TOKEN_URL: sample.tokenUrl,
  };
  const config = readConfig({ ...settings, ...env }, { demo: true });
  const closing: (() => Promise<void>)[] = [sample.close];
  const close = async () => {
    for (const end of closing) await end();
  };
  try {
    const served = await serve(config, createLog({ level: config.logLevel }), { postman: { post: printLetter } });
    closing.unshift(served.close);
    welcome(served, sample, await setUp(served, sample));
    return { close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A secret made once and kept in the demo's folder. */
function kept(name: string, make: () => string): string {
  const file = join(folder, name);
  if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o600 });
  return readFileSync(file, "utf8");
}

async function printLetter({ to, subject, text }: { to: string; subject: string; text: string }): Promise<{ outcome: "sent" }> {
  remark(`\n--- A letter to ${to}: ${subject}\n${text}\n---`);
  return { outcome: "sent" };
}

/** Makes the site, its admin and the first sync, unless they are there. True when it made them. */
async function setUp({ house: { door }, sync }: Served, sample: SampleDirectory): Promise<boolean> {
  if (await door.look(everywhere, (reader) => siteByKey(reader, "acme"))) return false;
  remark("Setting up the demo: a site, an admin, and the first sync …");
  const siteId = newId();
  const place: Place = { siteId, actor: operator };
  const { adminToken } = await door.act(place, (work) =>
    createSite(work, { key: "acme", name: "Acme", adminEmail: admin.email }),
  );
  const passwordHash = await hashPassword(admin.password);
  const stranger: Actor = { kind: "stranger", accountId: null, label: admin.email, scopes: new Set(), ipAddress: null };
  await door.act({ siteId, actor: stranger }, (work) =>
    acceptInvitation(work, { token: adminToken ?? "", fullName: admin.fullName, passwordHash }),
  );
  const directoryId = await door.act(place, (work) =>
    connectDirectory(work, {
      name: "Acme Workspace",
      credentials: {
        googleWorkspace: {
          serviceAccountKey: sample.serviceAccountKey,
          adminEmail: sample.adminEmail,
          customerId: "my_customer",
        },
      },
    }),
  );
  const runId = await door.act(place, (work) => startSync(work, { directoryId: publicId("Directory", directoryId) }));
  await finished(sync.runner.run(runId), place, door, runId);
  await door.act(place, (work) => startApply(work, { runId: publicId("SyncRun", runId) }));
  await finished(sync.runner.run(runId), place, door, runId);
  return true;
}

/** Waits for a run's end, whoever makes it: the schedule may have been quicker. */
async function finished(run: Promise<unknown>, place: Place, door: Served["house"]["door"], runId: string): Promise<void> {
  await run;
  for (;;) {
    const found = await door.look(place, (reader) => readWholeRun(reader, runId));
    if (found?.status !== "PLANNING" && found?.status !== "APPLYING") return;
    await wait(200);
  }
}

function welcome({ address }: Served, sample: SampleDirectory, fresh: boolean): void {
  const ask = `curl -s ${address}/graphql -H 'Content-Type: application/json' -H "Authorization: Bearer $TOKEN"`;
  tell(`
Gatehouse's demo is running${fresh ? "" : " as you left it"}.

  GraphQL            ${address}/graphql
  GraphQL IDE        ${address}/graphiql
  Sample directory   ${sample.url}

Sign in as ${admin.email} with the password "${admin.password}".
Three things to try in another terminal:

  TOKEN=$(curl -s ${address}/graphql -H 'Content-Type: application/json' -d '{"query":"mutation { signIn(input: {email: \\"${admin.email}\\", password: \\"${admin.password}\\"}) { session { accessToken } userErrors { message } } }"}' | sed 's/.*accessToken":"\\([^"]*\\).*/\\1/')
  ${ask} -d '{"query":"{ users(first: 5) { totalCount nodes { fullName email status groups { nodes { name } } } } }"}'
  ${ask} -d '{"query":"mutation { userInvite(input: {invitees: [{email: \\"grace@example.com\\"}]}) { users { email status } userErrors { message path } } }"}'

The letter of that invitation is printed here. Ctrl-C stops the demo; \`npm start\` goes on where it stopped.`);
}

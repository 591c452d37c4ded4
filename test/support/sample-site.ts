import { randomBytes } from "node:crypto";
import { connectDirectory } from "../../src/actions/directories/connect-directory.ts";
import type { SettingsInput } from "../../src/actions/directories/read-settings.ts";
import { createSite } from "../../src/actions/sites/create-site.ts";
import { newId, publicId } from "../../src/model/id.ts";
import { open, seal } from "../../src/secrets/seal.ts";
import { type Door, openDoor, type Place } from "../../src/work/door.ts";
import { type Company, sampleCompany } from "../../sync/sample/company.ts";
import { type SampleDirectory, startSampleDirectory } from "../../sync/sample/sample-directory.ts";
import { type Command, commandOn } from "./command.ts";
import { freshDatabase, type TestDatabase } from "./database.ts";
import { operator } from "./house.ts";
import { runSyncHere } from "./inner-command.ts";

/** The site `acme`, connected to the sample Workspace, and the `gatehouse` command on it. */
export interface SampleSite {
  database: TestDatabase;
  door: Door;
  place: Place;
  sample: SampleDirectory;
  command: Command;
  /** Public. */
  directoryId: string;
  /** Plans and applies that plan as a person does; with `approve` what it holds, too. */
  sync(options?: { approve?: boolean }): Promise<void>;
  close(): Promise<void>;
}

/** `settings` of the directory; `more` goes into the command's environment. */
export async function buildSampleSite({
  company = sampleCompany(),
  settings = {},
  more = {},
}: {
  company?: Company;
  settings?: SettingsInput;
  more?: NodeJS.ProcessEnv;
} = {}): Promise<SampleSite> {
  const database = await freshDatabase();
  const sample = await startSampleDirectory({ company });
  const key = randomBytes(32);
  const safe = {
    seal: (context: string, secret: string) => seal(key, context, secret),
    open: (context: string, sealed: string) => open(key, context, sealed),
  };
  const door = openDoor(database.ground, { safe, publicUrl: "http://127.0.0.1:4000" });
  const place = { siteId: newId(), actor: operator };
  await door.act(place, (work) => createSite(work, { key: "acme", name: "Acme", adminEmail: "owner@acme.example" }));
  const { serviceAccountKey, adminEmail } = sample;
  const credentials = { googleWorkspace: { serviceAccountKey, adminEmail } };
  const id = await door.act(place, (work) => connectDirectory(work, { name: "Workspace", credentials, settings }));
  const command = commandOn(database, {
    SECRET_KEY: key.toString("base64"),
    GOOGLE_API_URL: sample.url,
    GOOGLE_TOKEN_URL: sample.tokenUrl,
    ...more,
  });
  const made = async (...args: string[]) => {
    const { output, code, remarks } = await runSyncHere(command.env, ...args, "--site", "acme", "--json");
    if (code === 1) throw new Error(output + remarks);
    return (JSON.parse(output.trim().split("\n").at(-1) ?? "") as { id: string }).id; // as: the last line is the run's
  };
  return {
    database,
    door,
    place,
    sample,
    command,
    directoryId: publicId("Directory", id),
    async sync({ approve = false } = {}) {
      await made("run", "--run", await made("plan"), ...(approve ? ["--approve-removals"] : []));
    },
    async close() {
      await sample.close();
      await database.drop();
    },
  };
}

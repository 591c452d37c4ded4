import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import Database from "better-sqlite3";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { sampleCompany } from "../sync/sample/company.ts";
import { addUser, deleteUser } from "../sync/sample/edit.ts";
import { type SampleDirectory, startSampleDirectory } from "../sync/sample/sample-directory.ts";
import { freshDatabase, type TestDatabase } from "./support/database.ts";
import { type FaultyLine, layLine } from "./support/faulty-line.ts";
import { freePort } from "./support/free-port.ts";
import { type MailServer, startMailServer } from "./support/mail-server.ts";
import { type GatewayAnswer, type RunningGateway, run, runCommand, startGateway } from "./support/running-gateway.ts";

const isSqlite = !process.env.TEST_DATABASE_URL?.startsWith("mysql:");

interface Node {
  id: string;
}
interface Run extends Node {
  status: string;
  failure: string | null;
}

/** What the world around the gateway can do to it, played against the real command. */
describe("an outage", { concurrent: false }, () => {
  const company = sampleCompany();
  let database: TestDatabase;
  let mail: MailServer;
  let directory: SampleDirectory;
  /** Between the gateway and the mail server. */
  let mailLine: FaultyLine;
  /** Between the gateway and MySQL or MariaDB. */
  let databaseLine: FaultyLine;
  let env: NodeJS.ProcessEnv & { PORT: string };
  let secret = "";
  let gateway: RunningGateway;
  let directoryId = "";

  beforeAll(async () => {
    database = await freshDatabase({ migrated: false });
    mail = await startMailServer();
    directory = await startSampleDirectory({ company });
    mailLine = await layLine({ port: Number(new URL(mail.url).port) });
    const port = await freePort();
    const direct = {
      ...process.env,
      DATABASE_URL: database.url,
      PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      SECRET_KEY: randomBytes(32).toString("base64"),
      SMTP_URL: `smtp://127.0.0.1:${mailLine.port}`,
      MAIL_FROM: "people@acme.example",
      GOOGLE_API_URL: directory.url,
      GOOGLE_TOKEN_URL: directory.tokenUrl,
      LOG_LEVEL: "info",
    };
    const site = await runCommand(direct, "site", "create", "--key", "acme", "--name", "Acme", "--admin", "ada@hand.example");
    expect(site).toMatchObject({ code: 0 });
    const token = await runCommand(direct, "token", "create", "--site", "acme", "--name", "t", "--scopes", "ALL", "--json");
    ({ token: secret } = JSON.parse(token.output) as { token: string }); // as: what the command tells
    if (!isSqlite) databaseLine = await layLine({ port: Number(new URL(database.url).port || 3306) });
    env = { ...direct, DATABASE_URL: throughLine(database.url) };
  });

  afterEach(async () => {
    await gateway?.end("SIGKILL");
    for (const line of [mailLine, databaseLine]) await line?.restore();
  });

  afterAll(async () => {
    for (const line of [mailLine, databaseLine]) await line?.close();
    await directory?.close();
    await mail?.close();
    await database?.drop();
  });

  function throughLine(url: string): string {
    return isSqlite ? url : Object.assign(new URL(url), { port: String(databaseLine.port) }).toString();
  }

  async function startReady(): Promise<void> {
    gateway = startGateway(env, secret);
    await gateway.ready();
  }

  const invite = (email: string) => gateway.change("userInvite", { invitees: [{ email }] }, "users { id }");
  const lettersTo = (email: string) => mail.letters.filter(({ envelope }) => envelope.to.includes(email));
  const rows = (sql: string) => database.ground.read(sql);
  const column = async (sql: string) => (await rows(sql)).map((row) => Object.values(row)[0]);

  /** Waits until every letter has been posted and is known to be. */
  async function everyLetterPosted(): Promise<void> {
    while ((await column("SELECT COUNT(*) FROM Letter WHERE state <> 'SENT'")).some((left) => Number(left) > 0)) await wait(50);
  }

  /** Turns the clock: what was to wait until later waits no more. */
  async function turnClock(sql: string): Promise<void> {
    const transaction = await database.ground.begin();
    await transaction.write(sql);
    await transaction.commit();
  }

  /** Connects the directory and has its first run planned, which a person has to look at; answers that run. */
  async function firstPlan(): Promise<string> {
    const { serviceAccountKey, adminEmail } = directory;
    const input = { name: "Workspace", credentials: { googleWorkspace: { serviceAccountKey, adminEmail } } };
    const connected = await gateway.change<{ directory: Node }>("directoryConnect", input, "directory { id }");
    directoryId = connected.directory.id;
    const { run } = await gateway.change<{ run: Node }>("syncPlan", { directoryId }, "run { id }");
    expect(await ended(run.id)).toMatchObject({ status: "PLANNED", failure: null });
    return run.id;
  }

  /** Starts a run that applies: the first plan, or a new one. */
  async function startSync(): Promise<string> {
    const target = directoryId ? { directoryId } : { runId: await firstPlan() };
    const { run } = await gateway.change<{ run: Node }>("syncApply", { target }, "run { id }");
    return run.id;
  }

  /** Waits until a run stands still. The database may be away meanwhile. */
  async function ended(id: string): Promise<Run> {
    for (;;) {
      const query = "query ($id: ID!) { node(id: $id) { ... on SyncRun { id status failure } } }";
      const { data } = await gateway.post(query, { id });
      const run = data?.node as Run | null | undefined; // as: what was selected
      if (run && run.status !== "PLANNING" && run.status !== "APPLYING") return run;
      await wait(50);
    }
  }

  /** The directory's people are here, each once and each with one line in the trail, and a further run changes nothing. */
  async function expectSynced(): Promise<void> {
    const active = company.users.filter((user) => !user.suspended && !user.archived && user.deletionTime === null);
    const here = await column("SELECT email FROM User WHERE directoryId IS NOT NULL AND status <> 'DEACTIVATED' ORDER BY email");
    expect(here).toEqual(active.map(({ primaryEmail }) => primaryEmail).sort());
    const [brought] = await rows("SELECT SUM(subjectCount) AS trail FROM AuditEvent WHERE action = 'userProvision'");
    const [users] = await rows("SELECT COUNT(*) AS n FROM User WHERE directoryId IS NOT NULL");
    expect(Number(brought?.trail)).toBe(Number(users?.n));
    expect(await ended(await startSync())).toMatchObject({ status: "SUCCEEDED", failure: null });
    const [last] = await rows("SELECT summary FROM SyncRun ORDER BY id DESC LIMIT 1");
    expect(JSON.parse(String(last?.summary))).toMatchObject({ applied: 0, failed: 0 });
  }

  describe("of the mail server", () => {
    it("at the start is told, and what waited is posted once when it is back", async () => {
      await mailLine.cut();
      await startReady();
      await gateway.says(/the mail server cannot be used/);
      await invite("early@hand.example");
      await gateway.says(/a letter could not be posted/);
      expect(lettersTo("early@hand.example")).toEqual([]);
      await mailLine.restore();
      await mail.waitFor("early@hand.example");
      await everyLetterPosted();
      expect(lettersTo("early@hand.example")).toHaveLength(1);
    });

    it("in the middle of a letter loses none", async () => {
      await startReady();
      const emails = ["envelope@hand.example", "body@hand.example"];
      for (const [n, moment] of ["RCPT TO", "Auto-Submitted"].entries()) {
        const cut = mailLine.cutAt(moment);
        await invite(emails[n] ?? "");
        await cut;
        await mailLine.restore();
      }
      for (const email of emails) await mail.waitFor(email);
      await everyLetterPosted();
    });
  });

  describe.skipIf(isSqlite)("of MySQL or MariaDB (there is no server with SQLite)", () => {
    it("at the start is told, and the gateway migrates and becomes ready by itself", async () => {
      const fresh = await freshDatabase({ migrated: false });
      try {
        await databaseLine.cut();
        gateway = startGateway({ ...env, DATABASE_URL: throughLine(fresh.url) }, secret);
        await gateway.says(/the database does not answer; trying again/);
        expect(await gateway.probe("/livez")).toEqual({ status: 200, text: "ok\n" });
        expect(await gateway.probe("/readyz")).toEqual({ status: 503, text: expect.stringMatching(/^The database .+\.\n$/) });
        expectUnavailable(await gateway.post("{ viewer { scopes } }"));
        const brokenOff = databaseLine.cutAt("CREATE TABLE IF NOT EXISTS `Group`");
        await databaseLine.restore();
        await brokenOff;
        await databaseLine.restore();
        await gateway.ready();
        expect(await fresh.ground.read("SELECT name FROM Migration")).toHaveLength(1);
      } finally {
        await gateway.end("SIGKILL");
        await fresh.drop();
      }
    });

    it("at the start does not keep the gateway from being stopped in order", async () => {
      await databaseLine.cut();
      gateway = startGateway(env, secret);
      await gateway.says(/trying again/);
      expect(await gateway.end("SIGTERM")).toBe(0);
    });

    it("in mid-work refuses what it cannot do, keeps what it acknowledged, and passes without a restart", async () => {
      await startReady();
      const { answers, acknowledged, stop } = workWithoutRest(gateway);
      for (let cuts = 1; cuts <= 3; cuts++) {
        const before = acknowledged.size;
        while (acknowledged.size < before + 20) await wait(10);
        const failures = answers.filter(({ errors }) => errors).length;
        await databaseLine.cut();
        while (answers.filter(({ errors }) => errors).length < failures + 10) await wait(10);
        expect(await gateway.probe("/readyz")).toMatchObject({ status: 503 });
        expect(await gateway.probe("/livez")).toMatchObject({ status: 200 });
        await databaseLine.restore();
        await gateway.ready();
      }
      await stop();
      await databaseLine.cut();
      expect(await gateway.end("SIGTERM")).toBe(0);
      for (const answer of answers) if (answer.errors) expectUnavailable(answer);
      const names = new Set(await column("SELECT name FROM `Group`"));
      expect([...acknowledged].filter((name) => !names.has(name))).toEqual([]);
    });

    it("that leaves questions without an answer is told by /readyz within seconds", async () => {
      await startReady();
      databaseLine.hang();
      expect(await gateway.probe("/readyz")).toEqual({ status: 503, text: "The database does not answer.\n" });
      await databaseLine.restore();
      await gateway.ready();
    });

    it("while a sync applies interrupts the run, which is taken up again and does each thing once", async () => {
      await startReady();
      const moments = ["INSERT INTO `User`", "INSERT INTO `Membership`", "UPDATE SyncStep"];
      const planned = await firstPlan();
      let cut = databaseLine.cutAt(moments[0] ?? "");
      const { run } = await gateway.change<{ run: Node }>("syncApply", { target: { runId: planned } }, "run { id }");
      for (const next of moments.slice(1)) {
        await cut;
        cut = databaseLine.cutAt(next);
        await databaseLine.restore();
      }
      await cut;
      await databaseLine.restore();
      expect(await ended(run.id)).toMatchObject({ status: "SUCCEEDED", failure: null });
      expect(gateway.log()).toMatch(/A sync run was interrupted; it is taken up again/);
      await expectSynced();
    });
  });

  describe("of the gateway itself, killed in mid-work,", () => {
    it("loses no letter and finishes the run", async () => {
      await startReady();
      expect(await ended(await startSync())).toMatchObject({ status: "SUCCEEDED" });
      addUser(company, { primaryEmail: "new@acme.example", givenName: "New", familyName: "Comer" });
      const leaver = company.users.find(({ isAdmin, suspended, archived }) => !isAdmin && !suspended && !archived);
      // So long ago that no list of the deleted names them any more.
      deleteUser(company, leaver?.id ?? "", new Date(Date.now() - 21 * 86_400_000));
      // The proof that somebody is gone is asked for between the steps: there the run stands when the process is killed.
      directory.faults.push({ kind: "drip", method: "users.get", pieces: 1000, everyMs: 1000 });
      const asked = directory.requests.get("users.get") ?? 0;
      const id = await startSync();
      mailLine.hang();
      await invite("killed@hand.example");
      while ((directory.requests.get("users.get") ?? 0) === asked) await wait(20);
      while ((await rows("SELECT id FROM Letter WHERE state = 'QUEUED' AND tries = 1")).length === 0) await wait(20);
      await gateway.end("SIGKILL");
      expect(await column("SELECT status FROM SyncRun ORDER BY id DESC LIMIT 1")).toEqual(["APPLYING"]);

      directory.faults.length = 0;
      await mailLine.restore();
      await turnClock("UPDATE Lease SET expiresAt = ''");
      await turnClock("UPDATE Letter SET nextTryAt = '2020-01-01T00:00:00.000Z' WHERE state = 'QUEUED'");
      await startReady();
      expect(await ended(id)).toMatchObject({ status: "SUCCEEDED", failure: null });
      await mail.waitFor("killed@hand.example");
      await everyLetterPosted();
      await expectSynced();
    });
  });

  describe.runIf(isSqlite)("of SQLite's file (there is none with MySQL or MariaDB)", () => {
    it("that another process has locked lets requests wait, or refuses them whole", async () => {
      await startReady();
      const other = new Database(database.url.replace("sqlite:", ""));
      other.exec("BEGIN IMMEDIATE");
      const waiting = Array.from({ length: 5 }, (_, n) => ({ name: `Locked ${n}`, answer: createGroup(gateway, `Locked ${n}`) }));
      // Reading goes on.
      expect(await gateway.post("{ viewer { scopes } }")).toMatchObject({ status: 200 });
      expectUnavailable(await Promise.race(waiting.map(({ answer }) => answer)));
      const late = createGroup(gateway, "Late");
      other.exec("ROLLBACK");
      other.close();
      expect((await late).errors).toBeUndefined();
      for (const { name, answer } of waiting) {
        const { errors } = await answer;
        expect({ name, isThere: (await column("SELECT name FROM `Group`")).includes(name) }).toEqual({ name, isThere: !errors });
      }
    });

    it("that cannot be made or written ends the start with a sentence", async () => {
      const file = database.url.replace("sqlite:", "");
      expectSentence(await runCommand({ ...env, DATABASE_URL: `sqlite:${file}/below-a-file.db` }, "serve"));
      // A limit on the size of files does what a full disk does.
      const limited = ["-c", `trap '' XFSZ; ulimit -f 8; exec "$0" bin/gatehouse.js serve`, process.execPath];
      expectSentence(await run({ ...env, DATABASE_URL: `sqlite:${file}.full` }, "sh", limited));
    });
  });
});

function createGroup(gateway: RunningGateway, name: string): Promise<GatewayAnswer> {
  const query = "mutation ($input: GroupCreateInput!) { groupCreate(input: $input) { group { id } userErrors { code } } }";
  return gateway.post(query, { input: { name } });
}

/** Creates groups and asks for them, four at a time, until it is told to stop. */
function workWithoutRest(gateway: RunningGateway) {
  const answers: GatewayAnswer[] = [];
  const acknowledged = new Set<string>();
  let isOver = false;
  const work = async (worker: number) => {
    for (let n = 0; !isOver; n++) {
      const name = `Group ${worker}-${n}`;
      const made = await createGroup(gateway, name);
      if (!made.errors) acknowledged.add(name);
      answers.push(made, await gateway.post("{ groups(first: 5) { totalCount nodes { name } } }"));
    }
  };
  const workers = [0, 1, 2, 3].map(work);
  const stop = async () => {
    isOver = true;
    await Promise.all(workers);
  };
  return { answers, acknowledged, stop };
}

/** An honest no: a code, a sentence and nothing of the insides. Where nothing at all was answered, the status says so too. */
function expectUnavailable({ status, errors, data, text }: GatewayAnswer): void {
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["UNAVAILABLE"]);
  expect(status).toBe(data ? 200 : 503);
  expect(Object.values(data ?? {}).filter((value) => value !== null)).toEqual([]);
  expect(text).not.toMatch(/stack|node_modules|\.[jt]s:\d+|ECONN/);
}

function expectSentence({ code, errors }: { code: number | null; errors: string }): void {
  expect(code).toBe(1);
  expect(errors).toMatch(/^Error: The database file .+ cannot be used: .+\.$/m);
  expect(errors).not.toMatch(/^ +at /m);
}

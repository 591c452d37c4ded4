import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Company, type SampleUser, sampleCompany } from "../sync/sample/company.ts";
import { type SampleDirectory, startSampleDirectory } from "../sync/sample/sample-directory.ts";
import { freshDatabase, type TestDatabase } from "./support/database.ts";
import { freePort } from "./support/free-port.ts";
import { type MailServer, startMailServer } from "./support/mail-server.ts";

const owner = { email: "owner@hand.example", password: "correct horse battery", fullName: "Olga Owner" };
const grace = { email: "grace@hand.example", password: "amazing grace hopper", fullName: "Grace Hopper" };

interface Node {
  id: string;
}
interface Run extends Node {
  status: string;
  failure: string | null;
  summary: { applied: number; failed: number; usersToCreate: number };
}
interface UserPage {
  users: { totalCount: number; nodes: { email: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}
interface Viewer {
  viewer: { user: { email: string } | null; scopes: string[] };
}
type Changed<T> = T & { userErrors: { code: string; message: string }[] };

/** The main job from an empty database on, played by the command line, HTTP and mail alone; by another Node, where TEST_NODE is one. */
describe("the journey from an empty database", { concurrent: false }, () => {
  const company = sampleCompany();
  let database: TestDatabase;
  let mail: MailServer;
  let directory: SampleDirectory;
  let server: ChildProcess;
  let env: NodeJS.ProcessEnv;
  let url = "";
  /** Of the site's API token, with every scope. */
  let secret = "";
  let ownerToken = "";
  /** A user of another site. */
  let foreignId = "";
  let graceId = "";
  let graceSession = "";
  let directoryId = "";

  function start(...args: string[]): ChildProcess {
    return spawn(process.env.TEST_NODE ?? process.execPath, ["bin/gatehouse.js", ...args], {
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
  }

  /** Runs a command to its end, without blocking the servers that live in this process. */
  async function gatehouse(...args: string[]): Promise<{ code: number; output: string }> {
    const command = start(...args);
    let output = "";
    command.stdout?.on("data", (chunk) => {
      output += chunk;
    });
    const [code] = await once(command, "close");
    return { code, output };
  }

  async function told<T>(...args: string[]): Promise<T> {
    const { code, output } = await gatehouse(...args, "--json");
    expect(code).toBe(0);
    return JSON.parse(output);
  }

  function headers(token: string): Record<string, string> {
    const site = { "Content-Type": "application/json", "Gatehouse-Site": "acme" };
    return token ? { ...site, Authorization: `Bearer ${token}` } : site;
  }

  async function ask<T>(query: string, variables: object = {}, token = secret): Promise<T> {
    const body = JSON.stringify({ query, variables });
    const response = await fetch(`${url}/graphql`, { method: "POST", headers: headers(token), body });
    const { data, errors } = (await response.json()) as { data: T; errors?: unknown }; // as: what GraphQL answers
    expect(errors).toBeUndefined();
    return data;
  }

  /** Makes a mutation, by the contract's rule that `x` takes an `XInput` and answers `userErrors`. */
  async function change<T>(name: string, input: object, selection: string, token = secret): Promise<Changed<T>> {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code message } } }`;
    const data = await ask<Record<string, Changed<T>>>(query, { input }, token);
    return data[name] as Changed<T>; // as: the one field that was selected
  }

  async function succeed<T>(name: string, input: object, selection: string): Promise<T> {
    const answer = await change<T>(name, input, selection);
    expect(answer.userErrors).toEqual([]);
    return answer;
  }

  async function signIn({ email, password }: { email: string; password: string }): Promise<string> {
    const selection = "session { accessToken }";
    const { session } = await change<{ session: { accessToken: string } }>("signIn", { email, password }, selection, "");
    return session.accessToken;
  }

  const viewerOf = async (token: string) => (await ask<Viewer>("{ viewer { user { email } scopes } }", {}, token)).viewer;

  const runFields = "id status failure summary { applied failed usersToCreate }";

  /** Waits until a run stands still. */
  async function ended({ id }: Node): Promise<Run> {
    for (;;) {
      const { node } = await ask<{ node: Run }>(`query ($id: ID!) { node(id: $id) { ... on SyncRun { ${runFields} } } }`, { id });
      if (node.status !== "PLANNING" && node.status !== "APPLYING") return node;
      await wait(100);
    }
  }

  async function everyEmail(): Promise<string[]> {
    const emails: string[] = [];
    const query = `query ($after: String) { users(first: 200, after: $after) {
      totalCount nodes { email } pageInfo { hasNextPage endCursor } } }`;
    for (let after: string | null = null; ; ) {
      const { users }: UserPage = await ask<UserPage>(query, { after });
      emails.push(...users.nodes.map(({ email }) => email));
      after = users.pageInfo.endCursor;
      if (users.pageInfo.hasNextPage) continue;
      expect(users.totalCount).toBe(emails.length);
      return emails;
    }
  }

  beforeAll(async () => {
    database = await freshDatabase({ migrated: false });
    mail = await startMailServer();
    directory = await startSampleDirectory({ company });
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    env = {
      ...process.env,
      DATABASE_URL: database.url,
      PORT: String(port),
      PUBLIC_URL: url,
      SECRET_KEY: randomBytes(32).toString("base64"),
      SMTP_URL: mail.url,
      MAIL_FROM: "people@acme.example",
      GOOGLE_API_URL: directory.url,
      GOOGLE_TOKEN_URL: directory.tokenUrl,
      LOG_LEVEL: "warn",
    };
  });

  afterAll(async () => {
    if (server?.exitCode === null) server.kill("SIGKILL");
    await directory?.close();
    await mail?.close();
    await database?.drop();
  });

  it("begins with a site and a token made on the command line", async () => {
    expect((await gatehouse("migrate")).code).toBe(0);
    const make = ["site", "create", "--name", "Acme", "--admin", owner.email];
    ({ token: ownerToken } = await told<{ token: string }>(...make, "--key", "acme"));
    ({ admin: foreignId } = await told<{ admin: string }>(...make, "--key", "other"));
    const create = ["token", "create", "--site", "acme", "--name", "journey", "--scopes", "ALL"];
    ({ token: secret } = await told<{ token: string }>(...create));
    server = start("serve");
    while (!(await fetch(`${url}/readyz`).catch(() => null))?.ok) {
      expect(server.exitCode).toBeNull();
      await wait(100);
    }
  });

  it("lets the first admin join and sign in", async () => {
    const { email, fullName, password } = owner;
    await succeed("invitationAccept", { token: ownerToken, fullName, password }, "user { email }");
    expect(await viewerOf(await signIn(owner))).toMatchObject({
      user: { email },
      scopes: expect.arrayContaining(["SITE_WRITE"]),
    });
  });

  it("takes an invitee from the letter's link to a session, once", async () => {
    const { email, fullName, password } = grace;
    const { users } = await succeed<{ users: Node[] }>("userInvite", { invitees: [{ email }] }, "users { id }");
    graceId = users[0]?.id ?? "";
    const [letter] = await mail.waitFor(email);
    const link = new URL(/http\S+\/join#\S+/.exec(letter?.text ?? "")?.[0] ?? "about:blank");
    expect(link.origin).toBe(url);
    const answer = { token: link.hash.slice(1), fullName, password };
    await succeed("invitationAccept", answer, "user { email }");
    graceSession = await signIn(grace);
    expect((await viewerOf(graceSession)).user?.email).toBe(email);
    const replayed = await change("invitationAccept", answer, "user { email }", "");
    expect(replayed).toMatchObject({ user: null, userErrors: [{ code: "WRONG_STATE" }] });
  });

  it("gives an application, and tells which group opens it", async () => {
    const input = { key: "wiki", name: "Wiki" };
    const { application } = await succeed<{ application: Node }>("applicationCreate", input, "application { id }");
    await succeed("accessGive", { applicationId: application.id, userIds: [graceId] }, "users { id }");
    const query = "query ($id: ID!) { user(by: { id: $id }) { access { application { key } role via { name } } } }";
    const { user } = await ask<{ user: unknown }>(query, { id: graceId });
    expect(user).toEqual({ access: [{ application: { key: "wiki" }, role: "USER", via: [{ name: "wiki-users" }] }] });
  });

  it("adds to and removes from a group made by hand", async () => {
    const { group } = await succeed<{ group: Node }>("groupCreate", { name: "Readers" }, "group { id }");
    const input = { id: group.id, userIds: [graceId] };
    const added = await succeed("groupAddMembers", input, "group { members { nodes { email } } }");
    expect(added).toMatchObject({ group: { members: { nodes: [{ email: grace.email }] } } });
    const removed = await succeed("groupRemoveMembers", input, "group { members { totalCount } }");
    expect(removed).toMatchObject({ group: { members: { totalCount: 0 } } });
  });

  it("shuts out whoever is deactivated, with the session in hand", async () => {
    await succeed("userDeactivate", { ids: [graceId], note: "Left." }, "users { status }");
    expect(await viewerOf(graceSession)).toEqual({ user: null, scopes: [] });
  });

  it("plans a directory's first sync and applies that plan", async () => {
    const { serviceAccountKey, adminEmail } = directory;
    const input = { name: "Workspace", credentials: { googleWorkspace: { serviceAccountKey, adminEmail } } };
    const connected = await succeed<{ directory: Node }>("directoryConnect", input, "directory { id }");
    directoryId = connected.directory.id;
    const { run } = await succeed<{ run: Node }>("syncPlan", { directoryId }, "run { id }");
    const usersToCreate = company.users.filter(isActive).length;
    expect(await ended(run)).toMatchObject({ status: "PLANNED", failure: null, summary: { applied: 0, usersToCreate } });
    expect(await everyEmail()).toHaveLength(2);
    await succeed("syncApply", { target: { runId: run.id } }, "run { id }");
    expect(await ended(run)).toMatchObject({ status: "SUCCEEDED", failure: null, summary: { failed: 0 } });
  });

  it("holds exactly the company's active people, and its groups with the nested ones", async () => {
    const active = company.users.filter(isActive).map(({ primaryEmail }) => primaryEmail);
    const emails = await everyEmail();
    expect(active.length).toBeLessThan(company.users.length);
    expect(emails.sort()).toEqual([...active, owner.email, grace.email].sort());
    for (const name of ["Sales EMEA", "All Sales"]) {
      const query = "query ($name: String!) { group(by: { name: $name }) { synced members { totalCount } } }";
      const expected = peopleOf(company, name).size;
      expect(await ask(query, { name })).toEqual({ group: { synced: true, members: { totalCount: expected } } });
    }
  });

  it("changes nothing the second time, by the schedule's way or by the command line", async () => {
    const { run } = await succeed<{ run: Node }>("syncApply", { target: { directoryId } }, "run { id }");
    expect(await ended(run)).toMatchObject({ status: "SUCCEEDED", failure: null, summary: { applied: 0, failed: 0 } });
    const { code } = await gatehouse("sync", "plan", "--site", "acme", "--json");
    expect(code).toBe(0); // 2 would say that there is something to change
    const made = await gatehouse("sync", "run", "--site", "acme", "--json");
    expect(made.code).toBe(0);
    expect(JSON.parse(made.output.trim().split("\n").at(-1) ?? "")).toMatchObject({ type: "run", status: "SUCCEEDED" });
    const history = await gatehouse("sync", "history", "--site", "acme", "--json");
    expect(history.output.trim().split("\n")).toHaveLength(4);
  });

  it("finds nothing wrong with the database, mail or Google", async () => {
    const { code, output } = await gatehouse("doctor");
    expect(output).toMatch(/ok +mail\n.*ok +Workspace: /);
    expect(code).toBe(0);
  });

  it("tells wrong usage from what is refused", async () => {
    expect((await gatehouse("sync", "plan")).code).toBe(64);
    expect((await gatehouse("sync", "plan", "--site", "nowhere")).code).toBe(1);
    expect((await gatehouse("site", "create", "--key", "acme", "--name", "Acme", "--admin", owner.email)).code).toBe(1);
  });

  it("answers bad requests without a fault of its own and without telling of its insides", async () => {
    const post = (body: string) => fetch(`${url}/graphql`, { method: "POST", headers: headers(secret), body });
    const query = (text: string) => post(JSON.stringify({ query: text }));
    const mutation = encodeURIComponent("mutation { signOut { userErrors { code } } }");
    const answers = [
      { response: await post('{"query": "{ viewer'), tells: "errors" },
      { response: await query("{ viewer { shoeSize } }"), tells: "shoeSize" },
      { response: await fetch(`${url}/graphql?query=${mutation}`, { headers: headers(secret) }), tells: "" },
      { response: await query("{ users(first: 201) { totalCount } }"), tells: "200" },
      { response: await query(`{ node(id: "${foreignId}") { id } }`), tells: '"node":null' },
      {
        response: await query(`mutation { userDeactivate(input: { ids: ["${foreignId}"] }) { userErrors { code } } }`),
        tells: "NOT_FOUND",
      },
    ];
    for (const { response, tells } of answers) {
      const text = await response.text();
      expect(response.status).toBeLessThan(500);
      expect(text).toContain(tells);
      expect(text).not.toMatch(/stack|node_modules|\.[jt]s:\d+/);
    }
    expect(answers[2]?.response.status).toBe(405);
  });

  it("stops in order when it is asked to", async () => {
    server.kill("SIGTERM");
    expect(await once(server, "exit")).toEqual([0, null]);
  });
});

function isActive({ suspended, archived, deletionTime }: SampleUser): boolean {
  return !suspended && !archived && deletionTime === null;
}

/** The IDs of the active people in a group of the company, through the groups in it. */
function peopleOf(company: Company, name: string): Set<string> {
  const people = new Set(company.users.filter(isActive).map(({ id }) => id));
  const within = (id: string): string[] => company.groups.find((group) => group.id === id)?.members.flatMap(idsOf) ?? [];
  const idsOf = ({ id = "", type }: Company["groups"][number]["members"][number]) => (type === "GROUP" ? within(id) : [id]);
  const group = company.groups.find((one) => one.name === name);
  return new Set(within(group?.id ?? "").filter((id) => people.has(id)));
}

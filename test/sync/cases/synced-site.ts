import { publicId } from "../../../src/model/id.ts";
import type { GatewayOptions } from "../../../src/server/gateway.ts";
import type { AskedSite } from "../../support/rule-house.ts";
import { buildRuleHouse, type RuleHouse } from "../../support/rule-house.ts";
import { type RuleWords, wordsOf } from "../../support/rule-words.ts";
import { type ScriptedDirectory, scriptedDirectory } from "../../support/scripted-directory.ts";
import { serviceAccountKey } from "../../support/synced-house.ts";

/** A run, as an administrator sees it. */
export interface SeenRun {
  id: string;
  status: string;
  failure: string | null;
  /** `STATUS ACTION label[ in group]`, sorted. */
  lines: string[];
  /** What is said of changes that were not simply made: by line. */
  why: Record<string, string>;
  summary: { held: number; failed: number; applied: number };
}

/** Somebody, as an administrator sees them. */
export interface SeenUser {
  id: string;
  email: string;
  fullName: string;
  title: string | null;
  status: string;
  role: string;
  synced: boolean;
  externalId: string | null;
  /** Names, sorted. */
  groups: string[];
  /** Keys of the applications, sorted. */
  opens: string[];
}

/** A site with a directory that says what its script says. What is done and seen here is done and seen by GraphQL. */
export interface SyncedSite extends AskedSite, RuleWords {
  script: ScriptedDirectory;
  directoryId: string;
  /** Plans, as a person does. */
  plan(): Promise<SeenRun>;
  /** Applies a plan, as a person does. */
  apply(run: Pick<SeenRun, "id">, options?: { approveRemovals?: boolean }): Promise<SeenRun>;
  /** Plans and applies, as a person does. */
  sync(options?: { approveRemovals?: boolean }): Promise<SeenRun>;
  /** Plans and applies at once, as the schedule does. */
  scheduled(): Promise<SeenRun>;
  /** Changes the directory's settings. */
  set(settings: object): Promise<void>;
  runAt(id: string): Promise<SeenRun>;
  /** By address; null when nobody has it. */
  at(email: string): Promise<SeenUser | null>;
  by(id: string): Promise<SeenUser>;
  /** A new application, opened by groups that are here already. Answers its id. */
  opened(key: string, groups: string[], more?: object): Promise<string>;
  groupNamed(name: string): Promise<{ id: string } | null>;
  /** Addresses of a group's members, sorted; null without such a group. */
  membersOf(name: string): Promise<string[] | null>;
  status(): Promise<{ status: string; statusReason: string | null }>;
  /** What the trail says was done to someone or something: `action: field from > to, ...`, the newest first. */
  trailOf(id: string): Promise<string[]>;
}

/** The house of the rules, seen by its first admin. */
export interface CasesHouse extends RuleHouse {
  site: SyncedSite;
  /** Another site, whose directory has a script of its own. */
  another(key: string): Promise<SyncedSite>;
}

export async function buildCases(settings: object = {}, options: Partial<GatewayOptions> = {}): Promise<CasesHouse> {
  const house = await buildRuleHouse(settings, options);
  const { acme, directoryId, script } = house;
  return {
    ...house,
    site: seeBy(house, acme, { directoryId, script }),
    async another(key) {
      const asked = await house.found(key);
      const credentials = { googleWorkspace: { serviceAccountKey, adminEmail: `admin@${key}.example` } };
      const { directory } = await asked.succeed<{ directory: { id: string } }>(
        "directoryConnect",
        { name: "Workspace", credentials },
        "directory { id }",
      );
      return seeBy(house, asked, { directoryId: directory.id, script: scriptedDirectory() });
    },
  };
}

/** `n` people, `u0` and on. */
export function bring({ script }: Pick<SyncedSite, "script">, n: number): string[] {
  const ids = Array.from({ length: n }, (_, index) => `u${index}`);
  for (const id of ids) script.person(id, `${id}@acme.example`);
  return ids;
}

const ofRun = `id status failure summary { held failed applied }
  changes(first: 200) { nodes { status action subjectLabel groupLabel failure } }`;
const ofUser = `id email fullName title status role synced externalId groups { nodes { name } } access { application { key } }`;

interface RawRun extends Omit<SeenRun, "lines" | "why"> {
  changes: {
    nodes: { status: string; action: string; subjectLabel: string; groupLabel: string | null; failure: string | null }[];
  };
}
interface RawUser extends Omit<SeenUser, "groups" | "opens"> {
  groups: { nodes: { name: string }[] };
  access: { application: { key: string } }[];
}
interface RawGroup {
  id: string;
  members: { nodes: { email: string }[] };
}
interface RawEvents {
  auditEvents: {
    nodes: {
      action: string;
      subjects: { id: string; changes: { field: string; from: string | null; to: string | null }[] }[];
    }[];
  };
}

function seeBy(house: RuleHouse, asked: AskedSite, told: Pick<SyncedSite, "directoryId" | "script">): SyncedSite {
  const { directoryId, script } = told;
  const finish = async (id: string) => {
    await house.run(id.slice(4), { reader: script.reader() });
    return site.runAt(id);
  };
  const start = async (name: string, input: object) =>
    finish((await asked.succeed<{ run: { id: string } }>(name, input, "run { id }")).run.id);
  const user = async (by: object) => {
    const query = `query ($by: UserBy!) { user(by: $by) { ${ofUser} } }`;
    const found = (await asked.query<{ user: RawUser | null }>(query, { by })).user;
    return found && seenUser(found);
  };
  const groupBy = async (name: string) => {
    const query = "query ($by: GroupBy!) { group(by: $by) { id members(first: 100) { nodes { email } } } }";
    return (await asked.query<{ group: RawGroup | null }>(query, { by: { name } })).group;
  };
  const site: SyncedSite = {
    ...asked,
    ...wordsOf(asked),
    ...told,
    plan: () => start("syncPlan", { directoryId }),
    apply: ({ id }, { approveRemovals = false } = {}) => start("syncApply", { target: { runId: id }, approveRemovals }),
    sync: async (options) => site.apply(await site.plan(), options),
    scheduled: () => start("syncApply", { target: { directoryId } }),
    async set(settings) {
      await asked.succeed("directoryUpdate", { id: directoryId, settings }, "directory { id }");
    },
    async runAt(id) {
      const query = `query ($id: ID!) { node(id: $id) { ... on SyncRun { ${ofRun} } } }`;
      return seenRun((await asked.query<{ node: RawRun }>(query, { id })).node);
    },
    at: (email) => user({ email }),
    async by(id) {
      const found = await user({ id });
      if (!found) throw new Error(`Nobody is ${id}`);
      return found;
    },
    async opened(key, groups, more) {
      const { id: applicationId } = await site.application(key, more);
      for (const name of groups)
        await asked.succeed("grantSet", { applicationId, groupId: (await site.groupNamed(name))?.id }, "grant { id }");
      return applicationId;
    },
    groupNamed: async (name) => groupBy(name),
    async membersOf(name) {
      const found = await groupBy(name);
      return found?.members.nodes.map(({ email }) => email).sort() ?? null;
    },
    async status() {
      const query = "{ directories { status statusReason } }";
      const { directories } = await asked.query<{ directories: { status: string; statusReason: string | null }[] }>(query);
      return directories[0] ?? { status: "none", statusReason: null };
    },
    async trailOf(id) {
      const query = `query ($id: ID!) { auditEvents(filter: { subjectId: $id }) { nodes { action subjects { id changes { field from to } } } } }`;
      const { auditEvents } = await asked.query<RawEvents>(query, { id });
      const words = ({ subjects }: RawEvents["auditEvents"]["nodes"][number]) =>
        subjects
          .filter((subject) => subject.id === id)
          .flatMap(({ changes }) => changes.map(({ field, from, to }) => `${field} ${from ?? "-"} > ${to ?? "-"}`))
          .join(", ");
      return auditEvents.nodes.map((event) => `${event.action}: ${words(event)}`.trim());
    },
  };
  return site;
}

function seenRun({ changes, ...run }: RawRun): SeenRun {
  const lines = changes.nodes.map(({ status, action, subjectLabel, groupLabel, failure }) => ({
    line: `${status} ${action} ${subjectLabel}${groupLabel ? ` in ${groupLabel}` : ""}`,
    failure,
  }));
  return {
    ...run,
    lines: lines.map(({ line }) => line).sort(),
    why: Object.fromEntries(lines.flatMap(({ line, failure }) => (failure ? [[line, failure]] : []))),
  };
}

function seenUser({ groups, access, ...user }: RawUser): SeenUser {
  return {
    ...user,
    groups: groups.nodes.map(({ name }) => name).sort(),
    opens: access.map(({ application }) => application.key).sort(),
  };
}

/** Who someone is for the session of a token on a site; null for a stranger or nobody there. */
export async function whoIs(house: RuleHouse, token: string, site = "acme"): Promise<string | null> {
  const { data, status } = await house.gateway.ask("{ viewer { user { id } } }", {}, token, { "gatehouse-site": site });
  if (status === 401) return null;
  const { viewer } = data as unknown as { viewer: { user: { id: string } | null } | null }; // as: what was selected
  return viewer?.user?.id ?? null;
}

/** The same public id as the compact one. */
export const runIdOf = (compact: string) => publicId("SyncRun", compact);

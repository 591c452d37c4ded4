import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApplication } from "../../src/actions/applications/create-application.ts";
import { setGrant } from "../../src/actions/applications/set-grant.ts";
import { connectDirectory } from "../../src/actions/directories/connect-directory.ts";
import { startSync } from "../../src/actions/directories/start-sync.ts";
import { addDomain } from "../../src/actions/domains/add-domain.ts";
import { createGroups } from "../../src/actions/groups/create-groups.ts";
import { createSite } from "../../src/actions/sites/create-site.ts";
import { createApiToken } from "../../src/actions/tokens/create-api-token.ts";
import { inviteUsers } from "../../src/actions/users/invite-users.ts";
import { buildGatehouseSchema } from "../../src/graphql/schema.ts";
import { idPrefixes, newId, publicId } from "../../src/model/id.ts";
import { allScopes } from "../../src/model/scope.ts";
import { packChanges } from "../../src/model/sync-change.ts";
import type { Work } from "../../src/work/work.ts";
import { DirectoryFault } from "../../sync/snapshot.ts";
import { createPersonSync } from "../../sync/sync-person.ts";
import { openGateway, type TestGateway } from "../support/gateway.ts";
import { buildHouse, type House } from "../support/house.ts";
import { askedPlacesOf, heldAt, idPlacesOf, withAt } from "../support/id-places.ts";
import { serviceAccountKey } from "../support/synced-house.ts";

const nouns = [
  "ApiToken",
  "Application",
  "Directory",
  "Domain",
  "Grant",
  "Group",
  "Invitation",
  "SyncChange",
  "SyncRun",
  "User",
] as const;
type Noun = (typeof nouns)[number];
/** A public id of one object of each noun. */
type Ids = Record<Noun, string>;

const credentials = { googleWorkspace: { serviceAccountKey, adminEmail: "admin@acme.example" } };

/** What each mutation with ids is given; where it takes an id stands the noun that it wants. A choice of inputs is a list of them. */
const inputs: Record<string, object[]> = {
  accessGive: [{ applicationId: "Application", userIds: ["User"] }],
  accessTake: [{ applicationId: "Application", userIds: ["User"] }],
  apiTokenCreate: [{ name: "Script", scopes: ["CONTENT_WRITE"], applicationId: "Application" }],
  apiTokenRevoke: [{ id: "ApiToken" }],
  applicationDelete: [{ id: "Application" }],
  applicationUpdate: [{ id: "Application", name: "Renamed" }],
  contentReport: [{ applicationKey: "asker", items: [{ user: { id: "User" }, kind: "EDITED", count: 1 }] }],
  directoryConnect: [{ name: "Workspace", credentials, settings: { applicationIds: ["Application"] } }],
  directoryDisconnect: [{ id: "Directory" }],
  directoryUpdate: [{ id: "Directory", settings: { applicationIds: ["Application"] } }],
  domainRemove: [{ id: "Domain" }],
  domainVerify: [{ id: "Domain" }],
  grantDelete: [{ id: "Grant" }],
  grantSet: [{ applicationId: "Application", groupId: "Group", role: "ADMIN" }],
  groupAddMembers: [{ id: "Group", userIds: ["User"] }],
  groupCreate: [{ name: "New", memberIds: ["User"] }],
  groupDelete: [{ id: "Group" }],
  groupRemoveMembers: [{ id: "Group", userIds: ["User"] }],
  groupUpdate: [{ id: "Group", name: "Renamed" }],
  invitationResend: [{ ids: ["Invitation"] }],
  invitationRevoke: [{ ids: ["Invitation"] }],
  syncApply: [{ target: { runId: "SyncRun" } }, { target: { directoryId: "Directory" } }],
  syncCancel: [{ runId: "SyncRun" }],
  syncUser: [{ directoryId: "Directory", email: "ada@acme.example" }],
  syncSettle: [{ changeId: "SyncChange", adoptId: "User" }],
  syncPlan: [{ directoryId: "Directory" }],
  userActivate: [{ ids: ["User"] }],
  userDeactivate: [{ ids: ["User"] }],
  userDelete: [{ ids: ["User"] }],
  userInvite: [{ invitees: [{ email: "new@acme.example" }], applicationIds: ["Application"], groupIds: ["Group"] }],
  userReplace: [{ id: "User", rightEmail: "right@acme.example" }],
  userUpdate: [{ id: "User", title: "Captain" }],
};

const places = idPlacesOf(buildGatehouseSchema());

/** Every place of every mutation, with an input that takes an id there, and of which noun. */
const cases = places.flatMap((where) =>
  (inputs[where.mutation] ?? []).flatMap((input) => {
    const held = heldAt(input, where.place);
    return held === undefined ? [] : [{ ...where, input, noun: String(held) as Noun }]; // as: the first test says so
  }),
);

/** An input with the site's own ids at every place. */
function filled(input: object, mutation: string, own: Ids): object {
  const ofIt = cases.filter((one) => one.mutation === mutation && one.input === input);
  return ofIt.reduce((rest, { place, noun }) => {
    const isList = Array.isArray(heldAt(input, place));
    return withAt(rest, place, isList ? [own[noun]] : own[noun]);
  }, input);
}

/** What a question's id names. */
const asked: Record<string, Noun> = {
  "auditEvents filter.actorId": "User",
  "auditEvents filter.subjectId": "User",
  "group by.id": "Group",
  "groups filter.applicationId": "Application",
  "groups filter.directoryId": "Directory",
  "groups filter.memberId": "User",
  "node id": "User",
  "nodes ids": "User",
  "user by.id": "User",
  "users filter.applicationId": "Application",
  "users filter.directoryId": "Directory",
  "users filter.groupId": "Group",
};
/** Where ids of every noun are asked. */
const ofAnyNoun = new Set(["id", "ids", "filter.subjectId"]);
const askedPlaces = askedPlacesOf(buildGatehouseSchema()).map((where) => ({
  ...where,
  at: [where.argument, where.place].filter(Boolean).join("."),
}));

let house: House;
let gateway: TestGateway;
let foreign: Ids;
let token = "";
let made = 0;

/** Makes one object of each noun on a site. */
async function furnish(siteId: string): Promise<Ids> {
  const act = <T>(change: (work: Work) => Promise<T>) => house.door.act({ siteId, actor: house.operator }, change);
  const name = `thing${++made}`;
  const { userIds } = await act((work) =>
    inviteUsers(work, {
      invitees: [{ email: `${name}@acme.example` }],
      role: "MEMBER",
      applicationIds: [],
      groupIds: [],
      sendEmail: false,
    }),
  );
  const [invitation] = await house.rows<{ id: string }>("SELECT id FROM Invitation WHERE userId = ?", [userIds[0] ?? ""]);
  const [group = ""] = await act((work) => createGroups(work, [{ name }]));
  const application = await act((work) => createApplication(work, { key: name, name, grantedToNewUsers: false }));
  const opening = { applicationId: publicId("Application", application), groupId: publicId("Group", group) };
  const grant = await act((work) => setGrant(work, { ...opening, role: "USER", default: false }));
  const { tokenId } = await act((work) => createApiToken(work, { name, scopes: ["USERS_READ"] }));
  const directory = await act((work) => connectDirectory(work, { name, credentials }));
  const run = await act((work) => startSync(work, { directoryId: publicId("Directory", directory) }));
  const domain = await act((work) => addDomain(work, { name: `${name}.example` }));
  await dispute(run, userIds[0] ?? "", `${name}@acme.example`);
  const compact = {
    ApiToken: tokenId,
    Application: application,
    Directory: directory,
    Domain: domain,
    Grant: grant,
    Group: group,
    Invitation: invitation?.id ?? "",
    SyncChange: `${run}-1-0`,
    SyncRun: run,
    User: userIds[0] ?? "",
  };
  return Object.fromEntries(nouns.map((noun) => [noun, publicId(noun, compact[noun])])) as Ids; // as: one for each noun
}

/** Gives a run a change that is disputed between a directory's person and a user here. */
async function dispute(runId: string, userId: string, subjectLabel: string): Promise<void> {
  const body = packChanges([
    {
      action: "USER_ADOPT",
      subjectType: "User",
      subjectId: userId,
      subjectLabel,
      externalId: "e1",
      changes: [],
      candidateIds: [userId],
    },
  ]);
  const transaction = await house.database.ground.begin();
  await transaction.write(
    "INSERT INTO SyncStep (runId, seq, action, status, size, body) VALUES (?, 1, 'USER_ADOPT', 'DISPUTED', 1, ?)",
    [runId, body],
  );
  await transaction.commit();
}

/** What names nothing here of this noun, by what it is. */
function badIds(noun: Noun, own: Ids): Record<string, string> {
  return {
    "another site's": foreign[noun],
    "nobody's": publicId(noun, newId()),
    "of another noun": own[noun === "User" ? "Group" : "User"],
    "without its prefix": own[noun].slice(4),
    "under another prefix": publicId(noun === "User" ? "Group" : "User", own[noun].slice(4)),
    "in capitals": own[noun].toUpperCase(),
    "with a blank behind": `${own[noun]} `,
    "with SQL behind": `${own[noun]}' OR '1'='1`,
    SQL: "'; DROP TABLE User; --",
    "of 10,000 characters": `${idPrefixes[noun]}_${"0".repeat(10_000)}`,
    "with a NUL": `${idPrefixes[noun]}_\u0000`,
    "a word of JavaScript": "__proto__",
    empty: "",
  };
}

/** Every row of every table of the database. */
async function content(): Promise<Record<string, string[]>> {
  const tables = house.database.ground.dataSource.entityMetadatas.map(({ tableName }) => tableName);
  const rowsOf = async (table: string) =>
    (await house.rows(`SELECT * FROM \`${table}\``)).map((row) => JSON.stringify(row)).sort();
  return Object.fromEntries(await Promise.all(tables.map(async (table) => [table, await rowsOf(table)] as const)));
}

interface UserError {
  code: string;
  path: string[];
}

/** Asks for a change as a token that may do everything, and answers why it was not made. */
async function userErrorsOf(mutation: string, inputType: string, input: unknown, what: string): Promise<UserError[]> {
  const query = `mutation ($input: ${inputType}) { ${mutation}(input: $input) { userErrors { code path } } }`;
  const { data, errors } = await gateway.ask(query, { input }, token);
  expect(errors, what).toBeUndefined();
  return (data[mutation] as unknown as { userErrors: UserError[] }).userErrors; // as: what was selected
}

beforeAll(async () => {
  house = await buildHouse();
  const { door } = house;
  const connect = () => {
    throw new DirectoryFault("UNAVAILABLE", "No directory answers here.");
  };
  const syncPerson = createPersonSync({ door, runner: { run: async () => null }, connect });
  gateway = await openGateway(house, "jit", { syncPerson });
  const elsewhere = newId();
  await house.door.act({ siteId: elsewhere, actor: house.operator }, (work) =>
    createSite(work, { key: "other", name: "Other", adminEmail: "admin@other.example" }),
  );
  foreign = await furnish(elsewhere);
  // A token names its site, which a session does not.
  const act = <T>(change: (work: Work) => Promise<T>) => house.door.act({ siteId: house.siteId, actor: house.operator }, change);
  const speaksFor = await act((work) => createApplication(work, { key: "asker", name: "Asker", grantedToNewUsers: false }));
  const scopes = [...allScopes, "CONTENT_WRITE" as const];
  const asker = { name: "Asker", scopes, applicationId: publicId("Application", speaksFor) };
  token = (await act((work) => createApiToken(work, asker))).secret;
});
afterAll(async () => {
  await gateway.server.close();
  await house.close();
});

describe("an id that names nothing of this site", () => {
  it("is tried wherever a mutation takes an id: say in `inputs` what a new one is given", () => {
    const tried = cases.map(({ mutation, place }) => `${mutation} ${place}`);
    expect([...new Set(tried)]).toEqual(places.map(({ mutation, place }) => `${mutation} ${place}`));
    expect(cases.filter(({ noun }) => !nouns.includes(noun))).toEqual([]);
  });

  it.each(cases)(
    "T9: is not found by $mutation at $place, and changes nothing",
    async ({ mutation, place, inputType, input, noun }) => {
      const own = await furnish(house.siteId);
      const right = filled(input, mutation, own);
      const before = await content();
      for (const [what, bad] of Object.entries(badIds(noun, own))) {
        const held = heldAt(right, place);
        const wrong = withAt(right, place, Array.isArray(held) ? [...held, bad] : bad);
        const path = ["input", ...place.split("."), ...(Array.isArray(held) ? [String(held.length)] : [])];
        expect(await userErrorsOf(mutation, inputType, wrong, what), what).toEqual([{ code: "NOT_FOUND", path }]);
      }
      expect(await content()).toEqual(before);
      const codes = (await userErrorsOf(mutation, inputType, right, "the site's own")).map(({ code }) => code);
      expect(codes).not.toContain("NOT_FOUND");
    },
  );

  it("is tried wherever a question takes an id: say in `asked` what a new one names", () => {
    expect(askedPlaces.map(({ question, at }) => `${question} ${at}`).sort()).toEqual(Object.keys(asked).sort());
  });

  it.each(askedPlaces)("rule 1.1, T10: tells nothing by $question at $at, and changes nothing", async (where) => {
    const { question, argument, argumentType, place, isPage, at } = where;
    const noun = asked[`${question} ${at}`] ?? "User";
    const query = `query ($it: ${argumentType}) { ${question}(${argument}: $it) { ${isPage ? "nodes { id }" : "id"} } }`;
    const about = (id: string) => (place === "" ? (argumentType.startsWith("[") ? [id] : id) : withAt({}, place, id));
    const own = await furnish(house.siteId);
    const nothing = { [question]: isPage ? { nodes: [] } : argumentType.startsWith("[") ? [null] : null };
    const before = await content();
    for (const [what, bad] of Object.entries(badIds(noun, own))) {
      if (what === "of another noun" && ofAnyNoun.has(at)) continue;
      if (what === "under another prefix" && at === "filter.subjectId") continue; // The trail tells of an id under whatever prefix.
      const { data, errors } = await gateway.ask(query, { it: about(bad) }, token);
      expect([what, errors, data]).toEqual([what, undefined, nothing]);
    }
    expect(await content()).toEqual(before);
    const { errors } = await gateway.ask(query, { it: about(own[noun]) }, token);
    expect(errors).toBeUndefined();
  });

  it("rule 1.1, T10: reads nothing either", async () => {
    const own = await furnish(house.siteId);
    const read = async (ids: string[]) =>
      (await gateway.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", { ids }, token)).data.nodes;
    expect(await read(Object.values(own))).toEqual(Object.values(own).map((id) => ({ id })));
    const bad = nouns.flatMap((noun) => Object.entries(badIds(noun, own)).filter(([what]) => what !== "of another noun"));
    expect(bad.length).toBeGreaterThan(90);
    for (let from = 0; from < bad.length; from += 100) {
      const part = bad.slice(from, from + 100);
      expect(await read(part.map(([, id]) => id))).toEqual(part.map(() => null));
    }
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApiToken } from "../../src/actions/tokens/create-api-token.ts";
import { revokeApiToken } from "../../src/actions/tokens/revoke-api-token.ts";
import type { Group, Invitation, User } from "../../src/model/entities.ts";
import { type NodeType, publicId } from "../../src/model/id.ts";
import { allScopes } from "../../src/model/scope.ts";
import { openGateway, type TestGateway } from "../support/gateway.ts";
import { buildListedHouse, inOrder, type ListedHouse, readTables } from "../support/listed-house.ts";
import { type List, walk } from "../support/walk.ts";

let house: ListedHouse;
let gateway: TestGateway;
let tables: Awaited<ReturnType<typeof readTables>>;
beforeAll(async () => {
  house = await buildListedHouse();
  const opened = await openGateway(house);
  // A token, since it names its site.
  const { secret } = await house.act((work) =>
    createApiToken(work, { name: "lists", scopes: [...allScopes], applicationId: null }),
  );
  gateway = { ...opened, ask: (query, variables) => opened.ask(query, variables, secret) };
  tables = await readTables(house);
});
afterAll(async () => {
  await gateway.server.close();
  await house.close();
});

const idsOf = (type: NodeType, rows: readonly { id: string }[]) => rows.map(({ id }) => publicId(type, id));
const bare = (id: string) => id.slice(4);

/** A filter, and which rows it means. They are made when they are used: ids are known then. */
type Case<T> = [words: string, filter: () => object | null, means: (row: T) => boolean];

const startsOfWords = (user: User, query: string) => {
  const words = user.fullName.toLowerCase().split(/[^\p{L}\p{M}\p{N}]+/u);
  return words.some((word) => word.startsWith(query)) || user.email.startsWith(query);
};

const userCases: Case<User>[] = [
  ["none", () => null, () => true],
  ["an empty one", () => ({}), () => true],
  ["the start of a word of the name", () => ({ query: "ADA" }), (user) => startsOfWords(user, "ada")],
  ["the start of a later word", () => ({ query: "love" }), (user) => startsOfWords(user, "love")],
  [
    "the starts of several words, in any order",
    () => ({ query: "love ad" }),
    ({ fullName }) => fullName.toLowerCase() === "ada lovelace",
  ],
  ["the start of the email", () => ({ query: "z.list0@oth" }), ({ email }) => email.startsWith("z.list0@oth")],
  ["a start of the email that looks like two words", () => ({ query: "Y.Li" }), ({ email }) => email.startsWith("y.li")],
  ["an email whose beginning is someone's name", () => ({ query: "ada@acme.example" }), () => false],
  ["a name of another script", () => ({ query: "雷" }), ({ fullName }) => fullName === "李 雷"],
  ["a name folded", () => ({ query: "strass" }), ({ fullName }) => /^stra(ß|ss)e$/i.test(fullName)],
  ["an accented name", () => ({ query: "ádá" }), ({ fullName }) => fullName === "Ádám Nagy"],
  ["the starts of words of the name and of the email", () => ({ query: "ada zyx" }), () => false],
  ["nobody", () => ({ query: "nobody at all" }), () => false],
  ["signs alone", () => ({ query: "%" }), () => false],
  ["an underscore", () => ({ query: "_" }), () => false],
  ["blanks alone", () => ({ query: "  " }), () => true],
  [
    "emails in any spelling",
    () => ({ emails: ["Z.LIST0@other.example ", "nobody@acme.example", "no address"] }),
    ({ email }) => email === "z.list0@other.example",
  ],
  ["no email", () => ({ emails: [] }), () => false],
  ["a status", () => ({ statuses: ["DEACTIVATED"] }), ({ status }) => status === "DEACTIVATED"],
  ["statuses", () => ({ statuses: ["INVITED", "ACTIVE"] }), ({ status }) => status !== "DEACTIVATED"],
  ["no status", () => ({ statuses: [] }), () => false],
  ["a role", () => ({ roles: ["MANAGER"] }), ({ role }) => role === "MANAGER"],
  ["roles", () => ({ roles: ["ADMIN", "MEMBER"] }), ({ role }) => role !== "MANAGER"],
  ["a group", () => ({ groupId: house.groups.band }), ({ id }) => tables.isIn(id, bare(house.groups.band))],
  ["a group without members", () => ({ groupId: house.groups.empty }), () => false],
  [
    "an application, each once",
    () => ({ applicationId: house.applications.wiki }),
    ({ id }) => tables.canOpen(id, bare(house.applications.wiki)),
  ],
  ["a directory", () => ({ directoryId: house.directoryId }), ({ directoryId }) => directoryId !== null],
  [
    "external ids",
    () => ({ externalIds: ["external 0", "external 2", "none"] }),
    ({ externalId }) => ["external 0", "external 2"].includes(String(externalId)),
  ],
  [
    "inactivity",
    () => ({ inactiveSince: "2026-03-01T12:00:00.000Z" }),
    ({ lastActiveAt }) => lastActiveAt < "2026-03-01T12:00:00.000Z",
  ],
  [
    "inactivity in another zone",
    () => ({ inactiveSince: "2026-03-01T13:00:00.001+01:00" }),
    ({ lastActiveAt }) => lastActiveAt <= "2026-03-01T12:00:00.000Z",
  ],
  [
    "several conditions",
    () => ({ query: "a", statuses: ["INVITED"], groupId: house.groups.choir, roles: ["MEMBER"] }),
    (user) =>
      startsOfWords(user, "a") &&
      user.status === "INVITED" &&
      user.role === "MEMBER" &&
      tables.isIn(user.id, bare(house.groups.choir)),
  ],
  ["another site's group", () => ({ groupId: house.elsewhere.groupId }), () => false],
  ["another site's application", () => ({ applicationId: house.elsewhere.applicationId }), () => false],
  ["an id of another type", () => ({ groupId: house.applications.wiki }), () => false],
  ["what is no id", () => ({ directoryId: "nonsense" }), () => false],
];

const orders: Record<string, (user: User) => string | Buffer> = {
  FULL_NAME: ({ nameKey }) => nameKey,
  EMAIL: ({ emailKey }) => emailKey,
  CREATED_AT: ({ createdAt }) => createdAt,
  LAST_ACTIVE_AT: ({ lastActiveAt }) => lastActiveAt,
};
const everyOrder = Object.keys(orders).flatMap((field) => [
  { field, direction: "ASC" },
  { field, direction: "DESC" },
]);
const inUserOrder = (users: readonly User[], { field, direction }: { field: string; direction: string }) =>
  inOrder(users, orders[field] ?? (() => ""), direction === "DESC");

const byUser = { filter: "UserFilter", orderBy: "UserOrder" };
const users: List = { field: "users", variables: byUser };
const around = (noun: string, type: string) => ({ open: `outer: ${noun}(id: $id) { ... on ${type} {`, close: "} }" });
const members: List = { field: "members", variables: { id: "ID!", ...byUser }, around: around("node", "Group") };
const openers: List = { field: "users", variables: { id: "ID!", ...byUser }, around: around("node", "Application") };
const groupsOfUser: List = { field: "groups", variables: { id: "ID!" }, around: around("node", "User") };

describe("the users of the site", () => {
  it.each(userCases)("by the filter %s", async (_words, filter, means) => {
    const expected = inOrder(tables.users.filter(means), ({ nameKey }) => nameKey);
    expect(await walk(gateway, users, { filter: filter() })).toEqual(idsOf("User", expected));
  });

  it.each(everyOrder)("in the order $field $direction", async (orderBy) => {
    expect(await walk(gateway, users, { orderBy })).toEqual(idsOf("User", inUserOrder(tables.users, orderBy)));
    const some = tables.users.filter(({ status }) => status === "INVITED");
    expect(await walk(gateway, users, { orderBy, filter: { statuses: ["INVITED"] } })).toEqual(
      idsOf("User", inUserOrder(some, orderBy)),
    );
  });

  it("refuse a cursor of another order or another list", async () => {
    const { data } = await gateway.ask(
      "{ users(first: 1) { pageInfo { endCursor } } groups(first: 1) { pageInfo { endCursor } } }",
    );
    const { users: page, groups } = data as unknown as Record<string, { pageInfo: { endCursor: string } }>; // as: what was selected
    const after = (cursor?: string) =>
      gateway.ask("query ($after: String) { users(first: 1, after: $after, orderBy: { field: EMAIL }) { nodes { id } } }", {
        after: cursor,
      });
    for (const cursor of [page?.pageInfo.endCursor, groups?.pageInfo.endCursor, "nonsense"])
      expect((await after(cursor)).errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  });
});

describe("the members of a group", () => {
  it.each(userCases)("by the filter %s", async (_words, filter, means) => {
    const { choir } = house.groups;
    const expected = tables.users.filter((user) => tables.isIn(user.id, bare(choir)) && means(user));
    const found = await walk(gateway, members, { id: choir, filter: filter() });
    expect(found).toEqual(
      idsOf(
        "User",
        inOrder(expected, ({ nameKey }) => nameKey),
      ),
    );
  });

  it.each(everyOrder)("in the order $field $direction, of one group and of several at once", async (orderBy) => {
    const of = (group: string) =>
      inUserOrder(
        tables.users.filter(({ id }) => tables.isIn(id, bare(group))),
        orderBy,
      );
    const { choir, band } = house.groups;
    expect(await walk(gateway, members, { id: choir, orderBy })).toEqual(idsOf("User", of(choir)));
    const query = `query ($ids: [ID!]!, $orderBy: UserOrder, $after: String) { nodes(ids: $ids) { ... on Group {
      members(first: 2, after: $after, orderBy: $orderBy) { totalCount nodes { id } edges { cursor } } } } }`;
    const ask = async (after: string | null) => {
      const { data } = await gateway.ask(query, { ids: [choir, band], orderBy, after });
      return (
        data.nodes as unknown as { members: { totalCount: number; nodes: { id: string }[]; edges: { cursor: string }[] } }[]
      ).map((group) => group.members); // as: what was selected
    };
    const [inChoir, inBand] = await ask(null);
    expect(inChoir).toMatchObject({
      totalCount: of(choir).length,
      nodes: idsOf("User", of(choir).slice(0, 2)).map((id) => ({ id })),
    });
    expect(inBand).toMatchObject({
      totalCount: of(band).length,
      nodes: idsOf("User", of(band).slice(0, 2)).map((id) => ({ id })),
    });
    // One cursor stands for the same place in every group.
    const place = inChoir?.nodes[1]?.id ?? "";
    const everyone = idsOf("User", inUserOrder(tables.users, orderBy));
    const behind = (group: string) =>
      idsOf("User", of(group))
        .filter((id) => everyone.indexOf(id) > everyone.indexOf(place))
        .slice(0, 2)
        .map((id) => ({ id }));
    const next = await ask(inChoir?.edges[1]?.cursor ?? null);
    expect(next.map(({ nodes }) => nodes)).toEqual([behind(choir), behind(band)]);
  });
});

describe("the users of an application", () => {
  it.each(userCases)("by the filter %s", async (_words, filter, means) => {
    const { wiki } = house.applications;
    const expected = tables.users.filter((user) => tables.canOpen(user.id, bare(wiki)) && means(user));
    const found = await walk(gateway, openers, { id: wiki, filter: filter() });
    expect(found).toEqual(
      idsOf(
        "User",
        inOrder(expected, ({ nameKey }) => nameKey),
      ),
    );
  });

  it.each(everyOrder)("in the order $field $direction", async (orderBy) => {
    const { crm } = house.applications;
    const expected = inUserOrder(
      tables.users.filter(({ id }) => tables.canOpen(id, bare(crm))),
      orderBy,
    );
    expect(await walk(gateway, openers, { id: crm, orderBy })).toEqual(idsOf("User", expected));
  });
});

const groupCases: Case<Group>[] = [
  ["none", () => null, () => true],
  ["the start of the name, in any case", () => ({ query: "BAND" }), ({ name }) => /^band/i.test(name)],
  ["the start of the name with blanks", () => ({ query: " nobody  yet" }), ({ name }) => name === "Nobody yet"],
  ["a sign that means something to databases", () => ({ query: "%" }), () => false],
  ["a directory", () => ({ directoryId: house.directoryId }), ({ directoryId }) => directoryId !== null],
  ["a member", () => ({ memberId: publicId("User", memberOfMost()) }), ({ id }) => tables.isIn(memberOfMost(), id)],
  [
    "an application",
    () => ({ applicationId: house.applications.crm }),
    ({ id }) => tables.opens(id, bare(house.applications.crm)),
  ],
  [
    "several conditions",
    () => ({ query: "b", memberId: publicId("User", memberOfMost()) }),
    ({ id, name }) => /^b/i.test(name) && tables.isIn(memberOfMost(), id),
  ],
  ["another site's member", () => ({ memberId: house.elsewhere.userId }), () => false],
  ["another site's application", () => ({ applicationId: house.elsewhere.applicationId }), () => false],
];

function memberOfMost(): string {
  const places = ({ id }: User) => tables.groups.filter((group) => tables.isIn(id, group.id)).length;
  return tables.users.reduce((most, user) => (places(user) > places(most) ? user : most)).id;
}

describe("the groups of the site", () => {
  const groups: List = { field: "groups", variables: { filter: "GroupFilter" } };

  it.each(groupCases)("by the filter %s", async (_words, filter, means) => {
    const expected = inOrder(tables.groups.filter(means), ({ nameKey }) => nameKey);
    expect(await walk(gateway, groups, { filter: filter() })).toEqual(idsOf("Group", expected));
  });

  it("of a user, in order of name", async () => {
    const id = memberOfMost();
    const expected = inOrder(
      tables.groups.filter((group) => tables.isIn(id, group.id)),
      ({ nameKey }) => nameKey,
    );
    expect(expected.length).toBeGreaterThan(2);
    expect(await walk(gateway, groupsOfUser, { id: publicId("User", id) })).toEqual(idsOf("Group", expected));
  });
});

const statusOf = ({ state, expiresAt }: Invitation) =>
  state === "PENDING" && expiresAt < new Date().toISOString() ? "EXPIRED" : state;

const invitationCases: Case<Invitation>[] = [
  ["none", () => null, () => true],
  ["the start of the email", () => ({ query: "Y.list" }), ({ email }) => email.startsWith("y.list")],
  [
    "emails in any spelling",
    () => ({ emails: [" Z.LIST0@other.example", "no address"] }),
    ({ email }) => email === "z.list0@other.example",
  ],
  ["no email", () => ({ emails: [] }), () => false],
  ...["PENDING", "ACCEPTED", "REVOKED", "EXPIRED"].map(
    (status): Case<Invitation> => [`the status ${status}`, () => ({ statuses: [status] }), (one) => statusOf(one) === status],
  ),
  ["statuses", () => ({ statuses: ["PENDING", "EXPIRED"] }), ({ state }) => state === "PENDING"],
  ...["NOT_SENT", "QUEUED", "FAILED", "SENT"].map(
    (state): Case<Invitation> => [`the delivery ${state}`, () => ({ deliveries: [state] }), ({ delivery }) => delivery === state],
  ),
  [
    "several conditions",
    () => ({ statuses: ["PENDING"], deliveries: ["QUEUED"] }),
    (one) => statusOf(one) === "PENDING" && one.delivery === "QUEUED",
  ],
];

describe("the invitations of the site, the newest first", () => {
  it.each(invitationCases)("by the filter %s", async (_words, filter, means) => {
    const expected = inOrder(tables.invitations.filter(means), ({ createdAt }) => createdAt, true);
    const invitations: List = { field: "invitations", variables: { filter: "InvitationFilter" } };
    expect(await walk(gateway, invitations, { filter: filter() })).toEqual(idsOf("Invitation", expected));
  });
});

describe("the audit events of the site, the newest first", () => {
  type Event = (typeof tables.events)[number];
  const middle = () => tables.events[Math.floor(tables.events.length / 2)]?.createdAt ?? "";
  const subject = () => tables.invitations[0]?.userId ?? "";
  let about: ReadonlySet<string>;
  beforeAll(async () => {
    const rows = await house.rows<{ eventId: string }>("SELECT eventId FROM AuditSubject WHERE subjectId = ?", [subject()]);
    about = new Set(rows.map(({ eventId }) => eventId));
  });

  it.each<Case<Event>>([
    ["none", () => null, () => true],
    [
      "actions",
      () => ({ actions: ["userInvite", "groupCreate", "nonsense"] }),
      ({ action }) => ["userInvite", "groupCreate"].includes(action),
    ],
    ["no action", () => ({ actions: [] }), () => false],
    ["an actor", () => ({ actorId: publicId("User", house.admin.userId) }), ({ actorId }) => actorId === house.admin.userId],
    ["a subject", () => ({ subjectId: publicId("User", subject()) }), ({ id }) => about.has(id)],
    ["a beginning, which belongs to it", () => ({ from: middle() }), ({ createdAt }) => createdAt >= middle()],
    ["an end, which does not", () => ({ to: middle() }), ({ createdAt }) => createdAt < middle()],
    [
      "several conditions",
      () => ({ from: middle(), actions: ["userInvite"] }),
      ({ createdAt, action }) => createdAt >= middle() && action === "userInvite",
    ],
    ["another site's subject", () => ({ subjectId: house.elsewhere.userId }), () => false],
    ["what is no id", () => ({ actorId: "nonsense" }), () => false],
  ])("by the filter %s", async (_words, filter, means) => {
    const expected = tables.events.filter(means).reverse();
    const events: List = { field: "auditEvents", variables: { filter: "AuditEventFilter" }, hasTotal: false };
    expect(await walk(gateway, events, { filter: filter() })).toEqual(idsOf("AuditEvent", expected));
  });
});

describe("lists without pages", () => {
  const listed = async (field: string) => {
    const { data } = await gateway.ask(`{ ${field} { id } }`);
    return (data[field] as unknown as { id: string }[]).map(({ id }) => id); // as: what was selected
  };

  it("hold every application and directory of the site in order of making", async () => {
    expect(await listed("applications")).toEqual([house.applications.wiki, house.applications.crm]);
    expect(await listed("directories")).toEqual([house.directoryId]);
  });

  it("hold every API token that is not revoked, however many, the newest first", async () => {
    await house.act(async (work) => {
      for (let n = 0; n < 210; n++)
        await createApiToken(work, { name: `token ${n}`, scopes: ["USERS_READ"], applicationId: null });
    });
    const sql = "SELECT id FROM ApiToken WHERE siteId = ? ORDER BY id DESC";
    const [newest, ...others] = idsOf("ApiToken", await house.rows<{ id: string }>(sql, [house.siteId]));
    await house.act((work) => revokeApiToken(work, { id: newest ?? "" }));
    expect(others).toHaveLength(210);
    expect(await listed("apiTokens")).toEqual(others);
  });
});

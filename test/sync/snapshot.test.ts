import { describe, expect, it } from "vitest";
import { type PageAnswer, readListing } from "../../sync/listing.ts";
import { type DirectoryPages, readPages } from "../../sync/read-snapshot.ts";
import { type DirectMember, DirectoryFault, type DirectoryGroup, type ReadOptions } from "../../sync/snapshot.ts";

const options = { keyOf: (id: string) => id || null };

/** A listing whose pages are given by their tokens, `start` being the first. Answers also say what was asked for. */
function pagesOf<T>(pages: Record<string, PageAnswer<T>>) {
  const asked: string[] = [];
  const fetchPage = async (token: string | null, purpose: string) => {
    asked.push(`${purpose} ${token ?? "start"}`);
    return pages[token ?? "start"] ?? { stale: "Invalid Input" };
  };
  return { asked, fetchPage };
}

function page<T>(items: T[], nextPageToken: string | null = null): PageAnswer<T> {
  return { page: { items, nextPageToken } };
}

describe("reading a listing", () => {
  it("is complete when the pages ended, empty pages among them", async () => {
    const { fetchPage } = pagesOf({ start: page(["a"], "2"), "2": page<string>([], "3"), "3": page(["b"]) });
    expect(await readListing(fetchPage, options)).toEqual({ state: "complete", reason: null, items: ["a", "b"] });
  });

  it("is partial when a page token comes twice, and ends there", async () => {
    const { asked, fetchPage } = pagesOf({ start: page(["a"], "2"), "2": page(["b"], "2") });
    expect(await readListing(fetchPage, options)).toMatchObject({ state: "partial", items: ["a", "b"] });
    expect(asked).toHaveLength(2);
  });

  it("is partial when an item comes twice, and keeps it once", async () => {
    const { fetchPage } = pagesOf({ start: page(["a", "b"], "2"), "2": page(["b", "c"]) });
    expect(await readListing(fetchPage, options)).toMatchObject({ state: "partial", items: ["a", "b", "c"] });
  });

  it("is partial when an item cannot be told from others", async () => {
    const { fetchPage } = pagesOf({ start: page(["a", ""]) });
    expect(await readListing(fetchPage, options)).toMatchObject({ state: "partial", items: ["a"] });
  });

  it("is partial when it does not end", async () => {
    let made = 0;
    const endless = async () => page([`item ${made++}`], `token ${made}`);
    expect(await readListing(endless, { ...options, maxPages: 5 })).toMatchObject({ state: "partial", items: { length: 5 } });
    expect(await readListing(endless, { ...options, maxItems: 7 })).toMatchObject({ state: "partial", items: { length: 7 } });
  });

  it("starts over once when a page token went stale", async () => {
    const { asked, fetchPage } = pagesOf({ start: page(["a"], "2") });
    expect(await readListing(fetchPage, options)).toMatchObject({ state: "unavailable", items: [] });
    expect(asked).toEqual(["listing start", "listing 2", "rereading start", "rereading 2"]);
  });

  it("is complete when the second start went through", async () => {
    const tokens = ["stale", "good"];
    const { fetchPage } = pagesOf({ good: page(["b"]) });
    const listing = await readListing(
      (token, purpose) => (token === null ? Promise.resolve(page(["a"], tokens.shift() ?? null)) : fetchPage(token, purpose)),
      options,
    );
    expect(listing).toEqual({ state: "complete", reason: null, items: ["a", "b"] });
  });

  it("says why it is unavailable, and gives nothing of what came before", async () => {
    const { fetchPage } = pagesOf({ start: page(["a"], "2"), "2": { unavailable: "Resource Not Found: groupKey" } });
    const listing = await readListing(fetchPage, options);
    expect(listing).toEqual({ state: "unavailable", reason: "Resource Not Found: groupKey", items: [] });
  });
});

function group(id: string, directMembersCount: number | null): DirectoryGroup {
  return { id, email: `${id}@Example.com`, name: id, description: null, directMembersCount };
}

function users(...ids: string[]): DirectMember[] {
  return ids.map((id) => ({ id, email: null, type: "USER" }));
}

/** A directory without users, and with these groups. Of each group its readings, one after the other; the last stays. */
function directory(groups: DirectoryGroup[], members: Record<string, DirectMember[][]>) {
  const read: string[] = [];
  const pages: DirectoryPages = {
    verifiedDomains: async () => ({ state: "complete", reason: null, items: ["example.com"] }),
    users: async () => page([]),
    deletedUserIds: async () => page([]),
    groups: async () => page(groups),
    membersOf: (id) => async (_, purpose) => {
      read.push(`${purpose} ${id}`);
      const readings = members[id] ?? [[]];
      return page((readings.length > 1 ? readings.shift() : readings[0]) ?? []);
    },
  };
  return { pages, read };
}

const everyone: ReadOptions = { scope: "EVERYONE", groupEmails: [], heldGroupIds: new Set() };

describe("reading a directory", () => {
  it("reads no members of a group that has none, unless somebody is held in it", async () => {
    const groups = [group("empty", 0), group("held", 0), group("full", 1)];
    const { pages, read } = directory(groups, { full: [users("a")] });
    const { members } = await readPages(pages, { ...everyone, heldGroupIds: new Set(["held"]) });
    expect(read.sort()).toEqual(["listing full", "listing held"]);
    expect(members.get("empty")).toEqual({ state: "complete", reason: null, items: [] });
    expect(members.get("held")?.state).toBe("complete");
  });

  it("reads members twice when they are not as many as counted, and believes two readings that are alike", async () => {
    const { pages, read } = directory([group("g", 3)], { g: [users("a", "b"), users("b", "a")] });
    const { members } = await readPages(pages, everyone);
    expect(members.get("g")).toMatchObject({ state: "complete", items: { length: 2 } });
    expect(read).toEqual(["listing g", "rereading g"]);
  });

  it("believes a second reading that is as many as counted", async () => {
    const { pages } = directory([group("g", 3)], { g: [users("a"), users("a", "b", "c")] });
    expect((await readPages(pages, everyone)).members.get("g")).toMatchObject({ state: "complete", items: { length: 3 } });
  });

  it("takes two readings that differ for a part", async () => {
    const { pages } = directory([group("g", 5)], { g: [users("a", "b"), users("a", "c")] });
    expect((await readPages(pages, everyone)).members.get("g")?.state).toBe("partial");
  });

  it("reads a group without a count twice", async () => {
    const { pages, read } = directory([group("g", null)], { g: [users("a")] });
    expect((await readPages(pages, everyone)).members.get("g")?.state).toBe("complete");
    expect(read).toHaveLength(2);
  });

  it("reads in scope GROUPS only the groups named and those nested in them, each once, cycles included", async () => {
    const nested = (id: string): DirectMember => ({ id, email: null, type: "GROUP" });
    const groups = ["top", "middle", "low", "other"].map((id) => group(id, 1));
    const members = { top: [[nested("middle")]], middle: [[nested("low")]], low: [[nested("top")]], other: [users("a")] };
    const { pages, read } = directory(groups, members);
    const reading = await readPages(pages, { ...everyone, scope: "GROUPS", groupEmails: ["TOP@example.com"] });
    expect(read).toEqual(["listing top", "listing middle", "listing low"]);
    expect([...reading.members.keys()]).toEqual(["top", "middle", "low"]);
    expect(reading.groups.items).toHaveLength(4);
  });

  it("holds a person in many groups once in memory", async () => {
    const { pages } = directory([group("g1", 1), group("g2", 1)], { g1: [users("a")], g2: [users("a")] });
    const { members } = await readPages(pages, everyone);
    expect(members.get("g1")?.items[0]).toBe(members.get("g2")?.items[0]);
  });

  it("fails as a whole when users or groups are not to be had", async () => {
    const { pages } = directory([], {});
    const broken = { ...pages, groups: async () => ({ unavailable: "Gone." }) };
    await expect(readPages(broken, everyone)).rejects.toThrow(DirectoryFault);
  });

  it("says how far it is", async () => {
    const { pages } = directory([group("g1", 1), group("g2", 1)], { g1: [users("a")], g2: [users("a")] });
    const told: string[] = [];
    await readPages(pages, { ...everyone, onProgress: (...progress) => told.push(progress.join(" ")) });
    expect(told.slice(0, 5)).toEqual(["groups 2", "members 0 2", "memberships 0 2", "users 0", "deletedUsers 0"]);
    expect(told.slice(5).sort()).toEqual([
      "members 0 2",
      "members 1 2",
      "members 2 2",
      "memberships 0 2",
      "memberships 1 2",
      "memberships 2 2",
    ]);
  });
});

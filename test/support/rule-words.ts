import { expect } from "vitest";
import type { TestGateway } from "./gateway.ts";
import type { AskedSite, RuleHouse } from "./rule-house.ts";

/** Short words for what most rules are about: groups, applications, and who is in them. Everything by GraphQL, with public ids. */
export interface RuleWords {
  /** An application and its default group. */
  application(key: string, more?: object): Promise<{ id: string; groupId: string }>;
  group(name: string, memberIds?: string[]): Promise<string>;
  give(applicationId: string, ...userIds: string[]): Promise<void>;
  /** Keys of the applications that a user can open, sorted. */
  opens(userId: string): Promise<string[]>;
  /** Names of a user's groups, sorted. */
  groupsOf(userId: string): Promise<string[]>;
  seatsOf(key: string): Promise<number>;
}

interface Node {
  id: string;
}

export function wordsOf(site: AskedSite): RuleWords {
  return {
    async application(key, more = {}) {
      const selection = "application { id grants { group { id } } }";
      const made = await site.succeed<{ application: Node & { grants: { group: Node }[] } }>(
        "applicationCreate",
        { key, name: key, ...more },
        selection,
      );
      return { id: made.application.id, groupId: made.application.grants[0]?.group.id ?? "" };
    },
    async group(name, memberIds = []) {
      return (await site.succeed<{ group: Node }>("groupCreate", { name, memberIds }, "group { id }")).group.id;
    },
    async give(applicationId, ...userIds) {
      await site.succeed("accessGive", { applicationId, userIds }, "users { id }");
    },
    async opens(userId) {
      const { access } = (await site.user(userId, "access { application { key } }")) as {
        access: { application: { key: string } }[];
      }; // as: what was selected
      return access.map(({ application }) => application.key).sort();
    },
    async groupsOf(userId) {
      const { groups } = (await site.user(userId, "groups { nodes { name } }")) as { groups: { nodes: { name: string }[] } }; // as: what was selected
      return groups.nodes.map(({ name }) => name).sort();
    },
    async seatsOf(key) {
      const query = "query ($key: String!) { application(key: $key) { seatsUsed } }";
      return (await site.query<{ application: { seatsUsed: number } }>(query, { key })).application.seatsUsed;
    },
  };
}

export interface Refusable {
  userErrors: { code: string }[];
}

/** Why a change was refused. */
export const codesOf = ({ userErrors }: Refusable) => userErrors.map(({ code }) => code);

/** Plans what the directory says, and applies that plan, as a person does. Answers the run's public id. */
export async function syncBy(house: RuleHouse, { approveRemovals = false } = {}): Promise<string> {
  const { directoryId, acme } = house;
  const { run } = await acme.succeed<{ run: Node }>("syncPlan", { directoryId }, "run { id }");
  expect(await house.run(run.id.slice(4))).toBe("PLANNED");
  await acme.succeed("syncApply", { target: { runId: run.id }, approveRemovals }, "run { id }");
  await house.run(run.id.slice(4));
  return run.id;
}

/** The codes of a request's top-level errors. */
export async function errorsOf(gateway: TestGateway, query: string, token: string | null, site = "acme"): Promise<string[]> {
  const { errors } = await gateway.ask(query, {}, token, { "gatehouse-site": site });
  return (errors ?? []).map(({ extensions }) => extensions.code);
}

import { isDuplicate } from "../../database/dialect.ts";
import { Application, Grant } from "../../model/entities.ts";
import { newId } from "../../model/id.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";
import { createGroups } from "../groups/create-groups.ts";
import { readApplicationName, readApplicationUrl, readSeatLimit } from "./read-application.ts";

export interface NewApplication {
  key: string;
  name: string;
  url?: string | null;
  grantedToNewUsers: boolean;
  seatLimit?: number | null;
}

const keyForm = /^[a-z][a-z0-9-]{1,39}$/;

/** Registers a product, and makes its default group `<key>-users` (rule 7.2). Answers the compact id. */
export async function createApplication(work: Work, input: NewApplication): Promise<string> {
  const permit = work.permit("applicationCreate", { noun: "site", id: work.siteId });
  const problems = new Problems();
  if (!keyForm.test(input.key))
    problems.add("INVALID", "A key has 2 to 40 lower-case letters, digits and hyphens, and starts with a letter.", [
      "input",
      "key",
    ]);
  const name = readApplicationName(input.name, problems);
  const url = readApplicationUrl(input.url ?? null, problems);
  const seatLimit = readSeatLimit(input.seatLimit ?? null, problems);
  problems.refuseIfAny();

  const id = newId();
  const { key, grantedToNewUsers } = input;
  try {
    await work.insert(Application, [
      { id, siteId: work.siteId, key, name, url, grantedToNewUsers, seatLimit, seatsUsed: 0, createdAt: work.now },
    ]);
  } catch (error) {
    if (isDuplicate(error)) throw new Refusal("TAKEN", `There is an application with the key ${key} already.`, ["input", "key"]);
    throw error;
  }
  const [groupId = ""] = await makeDefaultGroup(work, key, name);
  await work.insert(Grant, [{ id: newId(), siteId: work.siteId, applicationId: id, groupId, role: "USER", isDefault: true }]);
  await work.record(permit, [
    { type: "Application", id, label: key, changes: { name: [null, name], seatLimit: [null, seatLimit] } },
  ]);
  return id;
}

/** The group is made like any other, so whoever registers applications also needs leave to make groups. */
async function makeDefaultGroup(work: Work, key: string, name: string): Promise<string[]> {
  try {
    return await createGroups(work, [{ name: `${key}-users`, description: `Can open ${name}.` }]);
  } catch (error) {
    if (error instanceof Refusal && error.problems[0]?.code === "TAKEN")
      throw new Refusal("TAKEN", `There is a group ${key}-users already. Rename it, or choose another key.`, ["input", "key"]);
    throw error;
  }
}

import { isDuplicate } from "../../database/dialect.ts";
import { Application, Grant, Group } from "../../model/entities.ts";
import { newId } from "../../model/id.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";
import { newGroup } from "../groups/new-group.ts";
import { holdSite } from "../keep-counts.ts";
import { readApplicationKey, readApplicationName, readApplicationUrl, readSeatLimit } from "./read-application.ts";

/** A product to be registered. */
export interface NewApplication {
  key: string;
  name: string;
  url?: string | null;
  grantedToNewUsers: boolean;
  seatLimit?: number | null;
}

/**
 * Registers a product and makes its default group `<key>-users`, still empty (rule 7.2). Both names must be free. Answers the
 * compact id.
 */
export async function createApplication(work: Work, input: NewApplication): Promise<string> {
  await holdSite(work);
  const permit = work.permit("applicationCreate", { noun: "site", id: work.siteId });
  const application = readApplication(work, input);
  const { id, key, name, url, seatLimit } = application;
  const group = newGroup(work, { name: `${key}-users`, description: `Can open ${name}.` });
  await insertOrRefuse(work, Application, application, `There is an application with the key ${key} already.`);
  await insertOrRefuse(work, Group, group, `There is a group ${group.name} already. Rename it, or choose another key.`);
  await work.insert(Grant, [
    { id: newId(), siteId: work.siteId, applicationId: id, groupId: group.id, role: "USER", isDefault: true },
  ]);
  await work.record(permit, [
    { type: "Application", id, label: key, changes: { name: [null, name], url: [null, url], seatLimit: [null, seatLimit] } },
    { type: "Group", id: group.id, label: group.name, changes: { name: [null, group.name] } },
  ]);
  return id;
}

/** Reads every field, and refuses with all faults at once. */
function readApplication(work: Work, input: NewApplication): Application {
  const problems = new Problems();
  const application: Application = {
    id: newId(),
    siteId: work.siteId,
    key: readApplicationKey(input.key, problems),
    name: readApplicationName(input.name, problems),
    url: readApplicationUrl(input.url ?? null, problems),
    grantedToNewUsers: input.grantedToNewUsers,
    seatLimit: readSeatLimit(input.seatLimit ?? null, problems),
    seatsUsed: 0,
    createdAt: work.now,
  };
  problems.refuseIfAny();
  return application;
}

/** Both names come from the key, so that is what a taken one is told of. */
async function insertOrRefuse<T extends object>(work: Work, entity: new () => T, row: T, whyNot: string): Promise<void> {
  try {
    await work.insert(entity, [row]);
  } catch (error) {
    if (isDuplicate(error)) throw new Refusal("TAKEN", whyNot, ["input", "key"]);
    throw error;
  }
}

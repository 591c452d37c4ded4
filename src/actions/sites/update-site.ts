import { Site } from "../../model/entities.ts";
import { cleanText } from "../../model/name-key.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";
import { holdSite } from "../keep-counts.ts";

/** What to change; what is left out stays. */
export interface SiteUpdate {
  name?: string | null;
  invitationDays?: number | null;
}

/** An invitation's link works for at most a year. Days. */
const mostDays = 365;

/** Changes the site's name, and how long invitations from now on work: those that are out keep their end. Answers the compact id. */
export async function updateSite(work: Work, update: SiteUpdate): Promise<string> {
  // No count moves. But the trail tells what was before, so of two at the same moment the second waits.
  await holdSite(work);
  const [site] = await work.byIds(Site, [work.siteId]);
  if (!site) throw new Refusal("NOT_FOUND", "There is no such site.");
  const permit = work.permit("siteUpdate", { noun: "site", id: site.id });
  const wanted = { name: site.name, invitationDays: site.invitationDays, ...readUpdate(update) };
  if (wanted.name === site.name && wanted.invitationDays === site.invitationDays) return work.unchanged(permit, site.id);

  await work.write("UPDATE Site SET name = ?, invitationDays = ? WHERE id = ?", [wanted.name, wanted.invitationDays, site.id]);
  const fields = (["name", "invitationDays"] as const).filter((field) => wanted[field] !== site[field]);
  const changes = Object.fromEntries(fields.map((field) => [field, [site[field], wanted[field]] as const]));
  await work.record(permit, [{ type: "Site", id: site.id, label: site.key, changes }]);
  return site.id;
}

/** Reads every field, and refuses with all faults at once. */
function readUpdate({ name, invitationDays }: SiteUpdate): Partial<Pick<Site, "name" | "invitationDays">> {
  const problems = new Problems();
  const read: Partial<Pick<Site, "name" | "invitationDays">> = {};
  if (name !== undefined) {
    const cleaned = cleanText(name ?? "", { max: 100 });
    if ("fault" in cleaned || cleaned.text === "")
      problems.add("INVALID", "fault" in cleaned ? cleaned.fault : "A site needs a name.", ["input", "name"]);
    else read.name = cleaned.text;
  }
  if (invitationDays !== undefined) {
    if (invitationDays === null || invitationDays < 1 || invitationDays > mostDays)
      problems.add("INVALID", `Invitations work for 1 to ${mostDays} days.`, ["input", "invitationDays"]);
    else read.invitationDays = invitationDays;
  }
  problems.refuseIfAny();
  return read;
}

import { GraphQLError, type GraphQLResolveInfo } from "graphql";
import { Refusal } from "../model/refusal.ts";
import type { Scope } from "../model/scope.ts";
import { type Action, scopeOf } from "../policy/policy.ts";
import type { Reader, Row } from "../queries/reader.ts";
import { put, type Selection } from "../queries/selection.ts";
import { type Place, RefusalWithReport } from "../work/door.ts";
import type { Report, Work } from "../work/work.ts";
import type { Context } from "./context.ts";
import { selectionOf } from "./look-ahead.ts";
import { type Ending, type Keepsakes, keepInMind, withReport } from "./report.ts";

const nothingToReport: Report = { seats: [], accessLost: [], warnings: [], blockerIds: [] };

/** Answers a question for who has the scope; others get null and an error that says whether signing in would help (section 12). */
export async function ask<Promised>(
  context: Context,
  info: GraphQLResolveInfo,
  scope: Scope | null,
  question: (reader: Reader, selection: Selection) => Promise<unknown>,
): Promise<Promised> {
  const place = placeOf(context);
  requireScope(context, scope);
  try {
    // as: a question reads of the promised type what was selected of it, which no compiler knows
    return (await context.door.look(place, (reader) => question(reader, selectionOf(info)))) as Promised;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const [problem] = error.problems;
    throw new GraphQLError(error.message, { extensions: { code: "BAD_USER_INPUT", argument: problem?.path } });
  }
}

/** What a payload holds of one thing: how it is read once the change is made, and what stands there otherwise. */
export interface Answer<T> {
  /** Reads a payload's field, with what was selected below it. */
  fields: Record<string, (reader: Reader, value: T, selection: Selection) => Promise<unknown>>;
  /** What the payload holds when nothing was changed. */
  nothing: Row;
  /** What the change may end, by public id, and still has to be shown of. */
  ending?: Ending;
  /** The most entries of a list of the input, where not 100. */
  mostAtOnce?: number;
}

/** Makes a change, and answers with it, or with why not. With `dryRun` it is made and rolled back. */
export async function change<T, Promised = Row>(
  context: Context,
  info: GraphQLResolveInfo,
  action: Action,
  input: { dryRun?: boolean } & object,
  act: (work: Work) => Promise<T>,
  { fields, nothing, ending, mostAtOnce = 100 }: Answer<T>,
): Promise<Promised> {
  const place = placeOf(context);
  requireScope(context, scopeOf(action));
  const selection = selectionOf(info);
  let keepsakes: Keepsakes = new Map();
  try {
    refuseWrongSizes(input, mostAtOnce);
    if (ending) keepsakes = await context.door.look(place, (reader) => keepInMind(reader, ending, selection));
    const made = await context.door.act(place, async (work) => ({ value: await act(work), report: work.report }), {
      rehearsal: input.dryRun === true,
    });
    return await context.door.look(place, async (reader) => {
      const payload: Row = { ...nothing, userErrors: [] };
      for (const field of selection) {
        const read = fields[field.name];
        if (read) put(payload, field, await read(reader, made.value, field.selection));
      }
      return (await withReport(reader, payload, selection, made.report, keepsakes)) as Promised; // as: the payload's fields were selected
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const payload: Row = { ...nothing, userErrors: error.problems };
    const report = error instanceof RefusalWithReport ? error.report : nothingToReport;
    return (await context.door.look(place, (reader) => withReport(reader, payload, selection, report, keepsakes))) as Promised; // as: a payload without its object
  }
}

/** Lists of what a change is made to: without an entry it makes no sense. Others may be empty, such as `groupIds`. */
const neverEmpty = new Set(["ids", "userIds"]);

/** Lists of ids and people hold 1 to 100 (the contract's first lines), whoever they name; a few hold more. */
function refuseWrongSizes(input: object, mostAtOnce: number): void {
  for (const [name, value] of Object.entries(input)) {
    if (!Array.isArray(value)) continue;
    if (value.length > mostAtOnce)
      throw new Refusal("LIMIT_EXCEEDED", `At most ${mostAtOnce} at once; these are ${value.length}.`, ["input", name]);
    if (value.length === 0 && neverEmpty.has(name)) throw new Refusal("INVALID", "Name at least one.", ["input", name]);
  }
}

/** The site and the actor, or an error that says how to name a site. */
export function placeOf({ siteId, actor }: Context): Place {
  if (siteId === null)
    throw new GraphQLError("Name a site with the header Gatehouse-Site: there is none by that key, or several to choose from.", {
      extensions: { code: "BAD_USER_INPUT" },
    });
  return { siteId, actor };
}

/** Refuses whoever has not the scope, and says whether signing in would help. */
export function requireScope({ actor }: Context, scope: Scope | null): void {
  if (scope === null || actor.scopes.has(scope)) return;
  const signedIn = actor.kind !== "stranger" || actor.accountId !== null;
  throw signedIn
    ? new GraphQLError(`This needs the scope ${scope}.`, { extensions: { code: "FORBIDDEN" } })
    : new GraphQLError("Sign in first.", { extensions: { code: "UNAUTHENTICATED" } });
}

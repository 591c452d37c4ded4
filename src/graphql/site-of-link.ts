import { findCaller, siteOfLink } from "../queries/callers.ts";
import type { Context } from "./context.ts";

/**
 * The request of somebody who follows a letter's link: where it names no site among several, it concerns the link's own. Of a link
 * that is nobody's it concerns none, where nothing is found.
 */
export async function atSiteOfLink(context: Context, token: string): Promise<Context> {
  const { door, actor, accessToken, ipAddress } = context;
  if (context.siteId !== null || context.siteNamed) return context;
  const siteId = await door.look({ siteId: "", actor }, (reader) => siteOfLink(reader, token));
  if (siteId === null) return { ...context, siteId: "" };
  const caller = accessToken ? await door.look({ siteId, actor }, (reader) => findCaller(reader, accessToken, ipAddress)) : null;
  return { ...context, siteId, actor: caller ?? actor };
}

import type { FastifyReply } from "fastify";

/** Sets the browser's session cookie, or takes it away. Only ever sent to us, and read by no script (rule 9.3). */
export function rememberSession(
  reply: FastifyReply,
  publicUrl: string,
  session: { accessToken: string; expiresAt: string } | null,
): void {
  const rules = { path: "/", httpOnly: true, sameSite: "lax" as const, secure: publicUrl.startsWith("https:") };
  if (session) void reply.setCookie("gatehouse_session", session.accessToken, { ...rules, expires: new Date(session.expiresAt) });
  else void reply.clearCookie("gatehouse_session", rules);
}

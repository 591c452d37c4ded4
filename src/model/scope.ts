/** Everything that a caller can be allowed to do. The public contract's `Scope`. */
export const scopes = [
  "USERS_READ",
  "USERS_WRITE",
  "ADMINS_WRITE",
  "GROUPS_READ",
  "GROUPS_WRITE",
  "ACCESS_READ",
  "ACCESS_WRITE",
  "DIRECTORIES_READ",
  "DIRECTORIES_WRITE",
  "DOMAINS_READ",
  "DOMAINS_WRITE",
  "SITE_WRITE",
  "CONTENT_WRITE",
  "AUDIT_READ",
  "TOKENS_WRITE",
] as const;

export type Scope = (typeof scopes)[number];

/** Roles of users, the strongest first. */
export const userRoles = ["ADMIN", "MANAGER", "MEMBER"] as const;
export type UserRole = (typeof userRoles)[number];

/** `ALL` of the command line: CONTENT_WRITE needs an application and is never part of it. */
export const allScopes: readonly Scope[] = scopes.filter((scope) => scope !== "CONTENT_WRITE");

/** Rule 9.4: roles are sets of scopes. */
const scopesOfRole: Record<UserRole, readonly Scope[]> = {
  ADMIN: allScopes,
  MANAGER: ["USERS_READ", "USERS_WRITE", "GROUPS_READ", "GROUPS_WRITE", "ACCESS_READ", "ACCESS_WRITE"],
  MEMBER: [],
};

/** WRITE implies READ (rule 9.4). */
export function withImplied(given: Iterable<Scope>): Set<Scope> {
  const all = new Set<Scope>(given);
  for (const scope of given) {
    const read = scope.replace(/_WRITE$/, "_READ") as Scope; // as: checked against the list on the next line
    if (scopes.includes(read)) all.add(read);
  }
  return all;
}

/** What a role may do; nothing for who is not an active user. */
export function scopesOf(role: UserRole | null): Set<Scope> {
  return new Set(role ? scopesOfRole[role] : []);
}

/**
 * Rule 9.5: a token never has more than its creator has now. CONTENT_WRITE is no person's, since it is for one application: it is an
 * ADMIN's to give, who may do everything (rule 9.4), and ends when its creator is none.
 */
export function narrowed(wanted: Iterable<Scope>, role: UserRole): Set<Scope> {
  const limit = scopesOf(role);
  if (role === "ADMIN") limit.add("CONTENT_WRITE");
  return new Set([...withImplied(wanted)].filter((scope) => limit.has(scope)));
}

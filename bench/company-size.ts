import type { CompanySize } from "../sync/sample/company.ts";

/** The companies whose syncs are measured. */
export const companySizes = {
  "10,000": { users: 10_000, groups: 500, memberships: 100_000 },
  "100,000": { users: 100_000, groups: 5_000, memberships: 1_000_000 },
} satisfies Record<string, CompanySize>;

/** A company by the number of its people. */
export type SizeName = keyof typeof companySizes;

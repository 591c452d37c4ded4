import type { CompanySize } from "../sync/sample/company.ts";

/** The company whose sync is measured. */
export const companySize: CompanySize = { users: 10_000, groups: 500, memberships: 100_000 };

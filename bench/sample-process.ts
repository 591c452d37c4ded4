import { scaledCompany } from "../sync/sample/company.ts";
import { type SampleDirectory, startSampleDirectory } from "../sync/sample/sample-directory.ts";
import { changeOnePercent } from "./change-company.ts";
import { companySize } from "./company-size.ts";

/** Where the sample Workspace is and who may read it: this process's first message. */
export type SampleAddress = Pick<SampleDirectory, "url" | "tokenUrl" | "serviceAccountKey" | "adminEmail">;

/** What this process can be asked for. `CHANGE` changes one percent of the company first. */
export type SampleQuestion = "TELL" | "CHANGE";

/** The answer to a question: what was asked of the Workspace so far, and how large the company is now. */
export interface SampleState {
  /** By method, as `SampleDirectory` counts them. */
  requests: ReadonlyMap<string, number>;
  users: number;
  deletedUsers: number;
  groupSizes: number[];
}

// The Workspace has a process of its own, so that its processor time and memory are not counted as the sync's.
const sample = await startSampleDirectory({ company: scaledCompany(companySize) });
const tell = (message: SampleAddress | SampleState) => process.send?.(message);

process.on("message", (question: SampleQuestion) => {
  const { company, requests } = sample;
  if (question === "CHANGE") changeOnePercent(company);
  const deletedUsers = company.users.filter(({ deletionTime }) => deletionTime !== null).length;
  const users = company.users.length - deletedUsers;
  tell({ requests, users, deletedUsers, groupSizes: company.groups.map(({ members }) => members.length) });
});
process.once("disconnect", () => sample.close());

const { url, tokenUrl, serviceAccountKey, adminEmail } = sample;
tell({ url, tokenUrl, serviceAccountKey, adminEmail });

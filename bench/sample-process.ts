import { type CompanySize, scaledCompany } from "../sync/sample/company.ts";
import { type SampleDirectory, startSampleDirectory } from "../sync/sample/sample-directory.ts";
import { changeOnePercent } from "./change-company.ts";
import { keepAnswers } from "./kept-answers.ts";

/** Where the sample Workspace is and who may read it: this process's first message. */
export type SampleAddress = Pick<SampleDirectory, "url" | "tokenUrl" | "serviceAccountKey" | "adminEmail">;

/** What this process can be asked for. `CHANGE` changes one percent of the company first. */
export type SampleQuestion = "TELL" | "CHANGE";

/** The answer to a question: what was asked of the Workspace so far, what that cost it, and how large the company is now. */
export interface SampleState {
  listings: number;
  proofs: number;
  cpuSeconds: number;
  users: number;
  deletedUsers: number;
  groupSizes: number[];
}

// The Workspace has a process of its own, so that its processor time and memory are not counted as the sync's. Argument: the company's size.
const size = JSON.parse(process.argv[2] ?? "{}") as CompanySize; // as: the bench's own argument
const sample = await startSampleDirectory({ company: scaledCompany(size) });
const answers = await keepAnswers(sample.url);
const tell = (message: SampleAddress | SampleState) => process.send?.(message);

process.on("message", (question: SampleQuestion) => {
  const { company } = sample;
  if (question === "CHANGE") {
    changeOnePercent(company, size);
    answers.forget();
  }
  const deletedUsers = company.users.filter(({ deletionTime }) => deletionTime !== null).length;
  const users = company.users.length - deletedUsers;
  const { user, system } = process.cpuUsage();
  const groupSizes = company.groups.map(({ members }) => members.length);
  tell({ ...answers.asked, cpuSeconds: (user + system) / 1e6, users, deletedUsers, groupSizes });
});
process.once("disconnect", () => {
  answers.close();
  void sample.close();
});

const { serviceAccountKey, adminEmail } = sample;
tell({ url: answers.url, tokenUrl: `${answers.url}token`, serviceAccountKey, adminEmail });

/** Why a change can be refused. The public contract's `UserErrorCode`, plus what only broken requests get. */
export type RefusalCode =
  | "INVALID"
  | "TAKEN"
  | "NOT_FOUND"
  | "FORBIDDEN"
  | "WRONG_STATE"
  | "EXPIRED"
  | "MANAGED_BY_DIRECTORY"
  | "LAST_ADMIN"
  | "LIMIT_EXCEEDED"
  | "CONFLICT"
  | "NOT_MANAGED"
  | "HAS_CONTENT"
  | "NO_SEATS"
  | "BAD_CREDENTIALS"
  | "RATE_LIMITED"
  | "PROOF_NOT_FOUND"
  | "PUBLIC_DOMAIN"
  | "DIRECTORY_UNAVAILABLE";

/** One thing that is wrong, in a sentence for the person who asked, and the input it concerns. */
export interface Problem {
  code: RefusalCode;
  message: string;
  /** Path of the faulty input, for example `["input", "invitees", "3", "email"]`; empty when no single input is at fault. */
  path: string[];
}

/** An expected "no". Anything else that is thrown is a bug. */
export class Refusal extends Error {
  readonly problems: readonly Problem[];

  constructor(code: RefusalCode, message: string, path?: string[]);
  constructor(problems: readonly Problem[]);
  constructor(codeOrProblems: RefusalCode | readonly Problem[], message = "", path: string[] = []) {
    const problems = typeof codeOrProblems === "string" ? [{ code: codeOrProblems, message, path }] : codeOrProblems;
    super(problems.map((problem) => problem.message).join(" "));
    this.name = "Refusal";
    this.problems = problems;
  }
}

/** Collects every problem of an input, so that a person hears of all of them at once. */
export class Problems {
  readonly found: Problem[] = [];

  add(code: RefusalCode, message: string, path: string[] = []): void {
    this.found.push({ code, message, path });
  }

  /** Throws one refusal with everything found, if anything was. */
  refuseIfAny(): void {
    if (this.found.length > 0) throw new Refusal(this.found);
  }
}

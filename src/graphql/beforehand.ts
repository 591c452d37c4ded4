import { type Problem, Refusal } from "../model/refusal.ts";

/** What must be asked before a transaction, since it is slow on purpose; its refusals answer as user errors. */
export async function beforehand<T>(slow: () => Promise<T>): Promise<{ value: T } | { userErrors: Problem[] }> {
  try {
    return { value: await slow() };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { userErrors: [...error.problems] };
  }
}

import type { GoogleCredentials } from "../../model/directory-settings.ts";
import type { Directory } from "../../model/entities.ts";
import { SealBroken } from "../../secrets/seal.ts";
import type { Work } from "../../work/work.ts";
import { sealOf } from "./connect-directory.ts";

/** What to do where credentials cannot be opened. */
export const lockedOut =
  "The directory's credentials cannot be opened: SECRET_KEY is another than when they were given. Set it back, or give them again.";

/** A directory's credentials; null where they were sealed with another SECRET_KEY than this deployment's. */
export function openCredentials(work: Work, { id, credentials }: Directory): GoogleCredentials | null {
  try {
    return JSON.parse(work.unseal(sealOf(id), credentials)) as GoogleCredentials; // as: sealed by the directory's own actions
  } catch (error) {
    if (error instanceof SealBroken) return null;
    throw error;
  }
}

import type { Finding, Sighting } from "../../src/model/domain-proof.ts";

const there: Finding = { outcome: "FOUND", detail: "There." };
const gone: Finding = { outcome: "ABSENT", detail: "Gone." };
const silent: Finding = { outcome: "UNKNOWN", detail: "No answer." };

/** What can be seen of a domain: the record, then the file. */
export const seen = {
  record: { record: there, file: silent },
  file: { record: gone, file: there },
  both: { record: there, file: there },
  nothing: { record: gone, file: gone },
  noRecord: { record: gone, file: silent },
  noFile: { record: silent, file: gone },
  silence: { record: silent, file: silent },
} satisfies Record<string, Sighting>;

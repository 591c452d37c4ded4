import { spellEmail } from "../../model/email.ts";
import type { RefusalCode } from "../../model/refusal.ts";
import type { UserRole } from "../../model/scope.ts";
import { splitNames, unguardCell } from "./cells.ts";
import type { Column, Header } from "./columns.ts";
import type { FileRow } from "./people-file.ts";

/** What is wrong with a row, and in which column; null concerns the row. */
export interface RowFault {
  column: Column | null;
  code: RefusalCode;
  message: string;
}

/** A person as a row names them. */
export interface ImportRow {
  row: number;
  /** Spelled, where it can be: else as it stands there. */
  email: string;
  isSpelled: boolean;
  username: string | null;
  fullName: string | null;
  role: UserRole;
  groups: string[];
  /** Null where the file has no such column: the applications that new users get (rule 2.4). */
  applications: string[] | null;
  /** Deactivated where the file comes from: nobody to invite. */
  isLeftOut: boolean;
  faults: RowFault[];
}

const roles: readonly UserRole[] = ["ADMIN", "MANAGER", "MEMBER"];
const statuses = ["INVITED", "ACTIVE", "DEACTIVATED"];

/** Reads a row, and collects what is wrong with it by itself; what an invitation refuses besides, its action says. */
export function readRow({ places, width }: Header, { row, cells }: FileRow): ImportRow {
  const faults: RowFault[] = [];
  const cell = (column: Column) => unguardCell(cells[places.get(column) ?? -1] ?? "").trim();
  const oneOf = <T extends string>(column: Column, known: readonly T[], otherwise: T): T => {
    const word = cell(column).toUpperCase();
    const found = word === "" ? otherwise : known.find((one) => one === word);
    if (!found)
      faults.push({
        column,
        code: "INVALID",
        message: `There is no ${column} ${cell(column)}: it is one of ${known.join(", ")}.`,
      });
    return found ?? otherwise;
  };
  if (cells.length !== width)
    faults.push({
      column: null,
      code: "INVALID",
      message: `This row has ${cells.length} cells, and the first row has ${width}.`,
    });
  const spelled = spellEmail(cell("email"));
  return {
    row,
    email: "email" in spelled ? spelled.email : cell("email"),
    isSpelled: "email" in spelled,
    username: cell("username") || null,
    fullName: cell("full name") || null,
    role: oneOf("role", roles, "MEMBER"),
    groups: splitNames(cell("groups")),
    applications: places.has("applications") ? splitNames(cell("applications")) : null,
    isLeftOut: oneOf("status", statuses, "INVITED") === "DEACTIVATED",
    faults,
  };
}

import type { Actor } from "../model/actor.ts";
import type { NodeType } from "../model/id.ts";
import type { Action } from "../policy/policy.ts";
import type { Target } from "../policy/target.ts";
import type { Reader, SqlValue } from "../queries/reader.ts";

/** Leave to take one action on given targets. The door rolls back a work that took none, or left one unused. */
export interface Permit {
  readonly action: Action;
}

/** One object of an audit event: what changed in it, field by field. Nothing secret. */
export interface TrailSubject {
  type: NodeType;
  id: string;
  /** Its email or name now. */
  label: string;
  changes?: Record<string, readonly [from: unknown, to: unknown]>;
}

/** A letter to be posted once the work is committed. */
export interface OutgoingLetter {
  recipient: string;
  subject: string;
  text: string;
  html: string;
  invitationId?: string;
}

/** How a change moves an application's seats. */
export interface SeatChange {
  applicationId: string;
  change: number;
  usedAfter: number;
}

/** Who loses an application. */
export interface AccessLoss {
  applicationId: string;
  userCount: number;
  /** The first 100. */
  userIds: string[];
}

/** Something to look at twice. It refuses nothing. */
export interface InputWarning {
  message: string;
  path: string[];
}

/** What a change means for others; filled whether it is made, rehearsed or refused. */
export interface Report {
  seats: SeatChange[];
  accessLost: AccessLoss[];
  warnings: InputWarning[];
  /** Users who stand in the way of the change. */
  blockerIds: string[];
}

/** One transaction on behalf of one actor: the only handle through which anything changes. */
export interface Work extends Reader {
  readonly actor: Actor;
  /** True: everything is done and then rolled back. */
  readonly rehearsal: boolean;
  readonly report: Report;
  /** Where people reach this deployment: links in letters are built from it alone. Without a final slash. */
  readonly publicUrl: string;
  /** Runs a writing statement and says how many rows it changed. */
  write(sql: string, params?: readonly SqlValue[]): Promise<number>;
  /** Inserts rows of one table, as few statements as the database takes. Columns left out are NULL. */
  insert<T extends object>(entity: new () => T, rows: readonly Partial<T>[]): Promise<void>;
  /** Rows of one table by their ids, with flags as booleans. In no order. */
  byIds<T extends object>(entity: new () => T, ids: readonly string[], column?: keyof T & string): Promise<T[]>;
  /** Leave to do this to these, or a refusal with every reason. `path` names the input for the n-th target. */
  permit(action: Action, targets: Target | readonly Target[], path?: (index: number) => string[]): Permit;
  /** Uses the permit and writes the audit event, in this transaction. One event for the whole set. */
  record(
    permit: Permit,
    subjects: readonly TrailSubject[],
    options?: { count?: number; findable?: readonly string[] },
  ): Promise<void>;
  /** Uses the permit and says honestly that there was nothing to do. */
  unchanged<T>(permit: Permit, value: T): T;
  /** Puts letters into the outbox, in this transaction. */
  post(letters: readonly OutgoingLetter[]): Promise<void>;
  /** Seals a secret for storage; it opens only with the same context. */
  seal(context: string, secret: string): string;
  unseal(context: string, sealed: string): string;
}

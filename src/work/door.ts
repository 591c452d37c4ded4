import { setTimeout as wait, setImmediate as yieldToOthers } from "node:timers/promises";
import { isCollision } from "../database/dialect.ts";
import type { Ground } from "../database/ground.ts";
import type { Actor } from "../model/actor.ts";
import { Refusal } from "../model/refusal.ts";
import type { Reader } from "../queries/reader.ts";
import { type Deployment, openWork } from "./open-work.ts";
import type { Report, Work } from "./work.ts";

/** On whose behalf, and for which site. */
export interface Place {
  siteId: string;
  actor: Actor;
}

/** The two ways through: see without changing; change and leave a trail. */
export interface Door {
  look<T>(place: Place, see: (reader: Reader) => Promise<T>): Promise<T>;
  /**
   * One transaction: committed whole, or not at all when `change` throws. Tried again from the start when another transaction
   * was in the way, so `change` must have no effect but through its work. With `rehearsal` all of it is done and rolled back.
   */
  act<T>(place: Place, change: (work: Work) => Promise<T>, options?: { rehearsal?: boolean }): Promise<T>;
}

/** A refusal that tells what the change would have meant, for payloads that show it. */
export class RefusalWithReport extends Refusal {
  readonly report: Report;

  constructor(refusal: Refusal, report: Report) {
    super(refusal.problems);
    this.report = report;
  }
}

/** Under constant large batches a small change was measured to need up to 19 tries. */
const mostTries = 30;

/** Opens the door on a ground. */
export function openDoor(ground: Ground, deployment: Deployment): Door {
  const inTurn = ground.dialect === "sqlite" ? queue() : <T>(turn: () => Promise<T>) => turn();

  const once = async <T>(place: Place, change: (work: Work) => Promise<T>, rehearsal: boolean): Promise<T> => {
    const transaction = await ground.begin();
    const { work, assertAccountedFor } = openWork(ground, transaction, place, { ...deployment, rehearsal });
    try {
      const value = await change(work);
      assertAccountedFor();
      await (rehearsal ? transaction.rollback() : transaction.commit());
      return value;
    } catch (error) {
      await transaction.rollback();
      throw error instanceof Refusal ? new RefusalWithReport(error, work.report) : error;
    }
  };

  return {
    look: ({ siteId, actor }, see) =>
      see({
        dialect: ground.dialect,
        siteId,
        actor,
        now: new Date().toISOString(),
        rows: async <T extends object>(sql: string, params = []) => (await ground.read(sql, params)) as T[], // as: the caller names the columns it selects
      }),

    async act(place, change, { rehearsal = false } = {}) {
      for (let tries = 1; ; tries++) {
        try {
          const value = await inTurn(() => once(place, change, rehearsal));
          // better-sqlite3 answers within the same turn of the event loop: without this, a batch of works would let nobody else in.
          if (ground.dialect === "sqlite") await yieldToOthers();
          return value;
        } catch (error) {
          if (!isCollision(error) || tries >= mostTries) throw error;
          await wait(Math.random() * Math.min(200, 5 * 2 ** tries));
        }
      }
    },
  };
}

/** One at a time, in order of arrival. */
function queue(): <T>(turn: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (turn) => {
    const mine = last.then(turn, turn);
    last = mine.catch(() => undefined);
    return mine;
  };
}

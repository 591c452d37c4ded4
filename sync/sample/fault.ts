/** What can go wrong with Google, as it was seen to. Each holds for the next `times` requests of one method. */
export type Fault = { method: string; times: number } & (
  | { kind: "partial"; keep: number }
  | { kind: "cut" }
  | { kind: "loop" }
  | { kind: "refuse"; status: number; reason: string; message?: string; retryAfter?: number }
  | { kind: "html" }
  | { kind: "reset" }
);

/** The next fault of a method, used up by one. */
export function takeFault(faults: Fault[], method: string): Fault | null {
  const fault = faults.find((one) => one.method === method && one.times > 0);
  if (fault) fault.times--;
  return fault ?? null;
}

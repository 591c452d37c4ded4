import { describe, expect, it } from "vitest";
import { createTryLimit } from "../../src/server/try-limit.ts";
import { refusalOf } from "../support/access-house.ts";

describe("the limit of tries", () => {
  it("rule 9.2: an address without tries left uses up nobody else's", async () => {
    const { spend } = createTryLimit();
    for (let at = 0; at < 100; at++) await spend([`account other${at}`, "address 192.0.2.1"]);
    for (let at = 0; at < 20; at++)
      expect(await refusalOf(spend(["account victim", "address 192.0.2.1"]))).toEqual(["RATE_LIMITED"]);
    await spend(["account victim", "address 192.0.2.2"]);
  });

  it("rule 9.2: an account without tries left is refused from every address", async () => {
    const { spend } = createTryLimit();
    for (let at = 0; at < 10; at++) await spend(["account victim", `address 192.0.2.${at}`]);
    expect(await refusalOf(spend(["account victim", "address 198.51.100.1"]))).toEqual(["RATE_LIMITED"]);
  });
});

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshDatabase, type TestDatabase } from "../support/database.ts";
import { anyStory, type Story, type StorySettings } from "../support/directory-story/steps.ts";
import { undisturbed } from "../support/directory-story/story-site.ts";
import { tellStory } from "../support/directory-story/tell-story.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

/** The same stories each time, so that a change is judged by itself: PROPERTY_RUNS tells more, PROPERTY_SEED those of another hunt. */
const runs = Number(process.env.PROPERTY_RUNS ?? 100);
const seed = Number(process.env.PROPERTY_SEED ?? 20261124);

describe("any directory, any changes, any faults, any crashes", () => {
  it(
    "take nothing away that is there, touch nothing that is not the directory's, and end as the directory has it",
    async () => {
      await fc.assert(
        fc.asyncProperty(anyStory, async (story) => {
          expect(await tellStory(database, story)).toEqual([]);
        }),
        { numRuns: runs, seed },
      );
    },
    60_000 + runs * 2000,
  );
});

describe("a story that once ended badly", () => {
  const settings: StorySettings = {
    scope: "EVERYONE",
    onLeave: "DEACTIVATE",
    onMatch: "ADOPT",
    maxRemovals: 1000,
    ignores: false,
    oneUnit: false,
  };
  const tell = (story: Partial<Story>) =>
    tellStory(database, { settings, people: 0, groups: [], brought: true, steps: [], ...story });
  const google = <const T extends object>(edit: T) => ({ at: "google" as const, ...edit });

  it("has a group of two of one name, which somebody else's group here has too, without changing places in every run", async () => {
    const crews = [3, 3].map((name) => ({ name, members: [] }));
    expect(await tell({ groups: crews, brought: false })).toEqual([]);
  });

  it("gives the name of a group that is gone to the other of that name in the same run", async () => {
    const teams = [0, 0].map((name) => ({ name, members: [0] }));
    expect(await tell({ groups: teams, steps: [google({ do: "endGroup", group: 0 })] })).toEqual([]);
  });

  it("makes a group anew at the address and with the name of one that is gone, where a third has the name", async () => {
    const teams = [0, 0].map((name) => ({ name, members: [] }));
    const steps = [google({ do: "endGroup", group: 1 }), google({ do: "makeGroup", name: 0, members: [0] })];
    expect(await tell({ groups: teams, steps })).toEqual([]);
  });

  it("leaves a group its name while the one that has the better name cannot give it up", async () => {
    const halls = [2, 2].map((name) => ({ name, members: [] }));
    expect(await tell({ groups: halls, steps: [google({ do: "renameGroup", group: 0, name: 3 })] })).toEqual([]);
  });

  it("renames and notes as suspended in one run somebody who stays when they leave", async () => {
    const steps = [google({ do: "call", who: 0, name: 0, title: 1 }), google({ do: "suspend", who: 0 })];
    expect(await tell({ settings: { ...settings, onLeave: "KEEP" }, people: 1, steps })).toEqual([]);
  });

  it("plans no membership for a newcomer whose address is not given up", async () => {
    const steps = [google({ do: "swap", who: 8, other: 0 })];
    expect(
      await tell({ people: 9, groups: [{ name: 0, members: [9] }], brought: false, steps: [undisturbed, ...steps] }),
    ).toEqual([]);
  });

  it("gives the address back to a person who was deleted, lost it to another, and is restored at it", async () => {
    const steps = [
      google({ do: "reuse", who: 0 }),
      undisturbed,
      google({ do: "leave", who: 0 }),
      undisturbed,
      google({ do: "restore", who: 0 }),
    ];
    expect(await tell({ people: 1, steps })).toEqual([]);
  });
});

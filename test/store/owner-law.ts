import fc from "fast-check";
import { expect } from "vitest";
import { QuorateError } from "../../src/model/errors.ts";
import type { Store } from "../../src/store/store.ts";
import { answered, finished, started } from "../../src/testing/store-contract/run-events.ts";

const RUN_IDS = ["a", "b", "__proto__"];

/** A run as the port's words have it. */
interface Model {
  owner: number | null;
  fence: number;
  lastSeq: number;
  takenSeq: number;
  ended: boolean;
}

type Action = "begin" | "append" | "append-stale" | "finish" | "take" | "release" | "prune";

interface Step {
  readonly action: Action;
  readonly runId: string;
  /** Which of the stores does it. */
  readonly by: number;
}

const steps = fc.array(
  fc.record<Step>({
    action: fc.constantFrom<Action[]>(
      "begin",
      "append",
      "append-stale",
      "finish",
      "take",
      "release",
      "prune",
    ),
    runId: fc.constantFrom(...RUN_IDS),
    by: fc.nat({ max: 1 }),
  }),
  { maxLength: 40 },
);

function driven({ owner, ended, lastSeq, takenSeq }: Model): boolean {
  return owner !== null && !(ended && lastSeq > takenSeq);
}

/** Does one step to the model, and says what the store has to answer: a code where it refuses. */
function expected(runs: Map<string, Model>, { action, runId }: Step, by: number): unknown {
  const run = runs.get(runId);
  switch (action) {
    case "begin":
      if (run !== undefined) return "SEQ_TAKEN";
      runs.set(runId, { owner: by, fence: 1, lastSeq: 1, takenSeq: 0, ended: false });
      return undefined;
    case "append-stale":
      return "LEASE_LOST";
    case "append":
    case "finish":
      if (run === undefined) return "SEQ_TAKEN";
      if (run.owner !== by) return "LEASE_LOST";
      run.lastSeq += 1;
      run.ended = action === "finish";
      return undefined;
    case "take":
      if (run === undefined) return "RUN_NOT_FOUND";
      if (driven(run)) return "RUN_OWNED";
      Object.assign(run, { owner: by, fence: run.fence + 1, takenSeq: run.lastSeq });
      return run.fence;
    case "release":
      if (run?.owner === by) run.owner = null;
      return undefined;
    case "prune": {
      const old = [...runs].filter(([, model]) => model.ended && !driven(model));
      for (const [id] of old) runs.delete(id);
      return old.length;
    }
  }
}

async function answer(
  store: Store,
  { action, runId }: Step,
  run: Model | undefined,
): Promise<unknown> {
  const { fence = 1, lastSeq = 0 } = run ?? {};
  try {
    switch (action) {
      case "begin":
        return await store.append([started(runId)]);
      case "append":
        return await store.append([answered(runId, run === undefined ? 2 : lastSeq + 1)], fence);
      case "append-stale":
        return await store.append([answered(runId, lastSeq + 2)], fence + 1);
      case "finish":
        return await store.append([finished(runId, run === undefined ? 2 : lastSeq + 1)], fence);
      case "take":
        return await store.take(runId);
      case "release":
        return await store.release(runId, fence);
      case "prune":
        return await store.prune(Infinity);
    }
  } catch (error) {
    return error instanceof QuorateError ? error.code : error;
  }
}

function statusOf(model: Model): string {
  if (model.ended) return "complete";
  return model.owner === null ? "interrupted" : "running";
}

/** Checks that stores which have the same runs open do as the port says, whatever is asked of which of them. */
export async function checkOwnerLaw(
  numRuns: number,
  open: () => Promise<readonly Store[]>,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const stores = await open();
      const runs = new Map<string, Model>();
      for (const step of all) {
        const by = step.by % stores.length;
        const store = stores[by];
        if (store === undefined) continue;
        const before = runs.get(step.runId);
        const given = answer(store, step, before && { ...before });
        expect({ step, was: await given }).toEqual({ step, was: expected(runs, step, by) });
      }
      for (const store of stores) {
        const seen = await store.runs();
        expect(
          new Set(seen.map(({ runId, status, events }) => `${runId} ${status} ${events}`)),
        ).toEqual(
          new Set([...runs].map(([runId, run]) => `${runId} ${statusOf(run)} ${run.lastSeq}`)),
        );
      }
      await Promise.all(stores.map((store) => store.close()));
    }),
    { numRuns },
  );
}

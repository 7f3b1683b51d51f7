// Whatever a team does with a secret: what `redact` takes out is nowhere, and nothing of it can be guessed from what is there.
//
//   npm run test:long                                                     thousands of teams
//   FC_RUNS=5000 vitest run test/durable/redact-law.test.ts --testTimeout=0

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide, memory, openQuestions, type Json, type RunEvent } from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { recordTruth } from "../../src/learning/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { aes } from "../sqlite/aes.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";
import {
  anySecretTeam,
  makeSecretTeam,
  taskOf,
  type Secret,
  type SecretTeam,
  type World,
} from "./any-secret-team.ts";

const tempPath = tempPaths();

/** With this each of them begins, and nothing else: it tells of one that was cut or is escaped. */
const BEGINNING = "hunter";

/** Two secrets that stand in the same order among all that is said beside them. */
const ONE: Secret = { text: "hunter-4711", number: 471_147 };
const OTHER: Secret = { text: "hunter-4712", number: 471_148 };

/** Each case is a dozen runs. */
const casesOf = (share: number): { readonly numRuns: number } => ({
  numRuns: Math.ceil((fc.readConfigureGlobal().numRuns ?? 100) * share),
});

const places = fc.array(fc.nat(999), { minLength: 1, maxLength: 2 });

/** What was seen of a team's life, except by its caller. */
type Seen = unknown[];

/** All that a store has in it. */
async function everythingIn(store: Store): Promise<Seen> {
  const logs: unknown[] = [];
  for (const { runId } of await store.runs({ limit: 1_000 }))
    logs.push(...(await store.read(runId)));
  return [...logs, ...(await store.values.list(""))];
}

/** Does with a team what can be done with one; its caller has outcomes, everybody else what this gives. */
async function liveSecretly(
  spec: SecretTeam,
  secret: Secret,
  crashes: readonly number[],
  open: () => Store,
): Promise<Seen> {
  // By the machine's clock it would be chance which of two agents is repeated first, and so after which event a run is cut.
  const clock = virtualClock();
  const living = liveByClock(spec, secret, crashes, { store: open(), clock });
  let over = false;
  const end = (): void => void (over = true);
  living.then(end, end);
  while (!over) await clock.next();
  return living;
}

async function liveByClock(
  spec: SecretTeam,
  secret: Secret,
  crashes: readonly number[],
  world: World,
): Promise<Seen> {
  const { store } = world;
  const team = makeSecretTeam(spec, secret, world);
  const task = taskOf(secret);
  const seen: Seen = [];
  const tried = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      seen.push(
        inspect(error, { depth: 12, showHidden: true }).replaceAll(/\n +(?:at|\.\.\.) .*/g, ""),
      );
    }
  };
  const watched = async (stream: AsyncIterable<unknown>): Promise<void> => {
    for await (const event of stream) seen.push(event);
  };
  const failuresOf = (outcome: { readonly results: object; readonly missing: unknown }): void => {
    seen.push(outcome.missing);
    for (const result of Object.values<{ status: string; error?: unknown }>(
      outcome.results as never,
    )) {
      if (result.status === "failed") {
        seen.push(
          inspect(result.error, { depth: 12, showHidden: true }).replaceAll(
            /\n +(?:at|\.\.\.) .*/g,
            "",
          ),
        );
      }
    }
  };

  const stream = team.stream(task, { runId: "run" });
  await tried(watched(stream));
  await tried(stream.outcome.then(failuresOf));
  await tried(team.run({ ...task, refuse: true }));
  await tried(team.plan({ ...task, refuse: true }));
  await tried(team.run(task, { runId: `run of ${secret.text}` }));
  await tried(team.run({ ...task, code: 1 }, { runId: "run" }));
  const why = { why: `because of ${secret.text}`, by: `ann ${secret.number}` };
  for (const winner of [secret.number, `k ${secret.text} and ${secret.number}`]) {
    await tried(decide({ store }, "run", { subject: "task", winner: winner as Json, ...why }));
    await tried(team.decide("run", { subject: secret.text, winner: winner as Json, ...why }));
  }
  for (let round = 0; round < 4; round++) {
    const [question] = openQuestions(await store.read("run"));
    if (question === undefined) break;
    const { team: asking, question: number, verdict } = question;
    const decision = {
      subject: verdict.subject,
      index: round % verdict.positions.length,
      ...why,
      ...(asking !== undefined && { team: asking }),
      ...(number !== undefined && { question: number }),
    };
    // Made anew, it has seen nothing of the run, as in another process.
    const decider = round % 2 === 0 ? team : makeSecretTeam(spec, secret, world);
    await tried(round === 0 ? decide({ store }, "run", decision) : decider.decide("run", decision));
    await tried(watched(team.stream(task, { runId: "run" })));
  }
  const log = await store.read("run");
  for (const [index, place] of crashes.entries()) {
    const runId = `cut${index}`;
    const cut = log.slice(0, 1 + Math.floor(((log.length - 1) * place) / 1_000));
    await store.append(cut.map((event): RunEvent => ({ ...event, runId })));
    await store.release(runId, 1);
    await tried(team.resume(runId));
    await tried(makeSecretTeam(spec, secret, world).run(task, { runId }).then(failuresOf));
  }
  await tried(team.fork("run", { input: task, runId: "fork" }));
  await tried(team.run(task, { runId: "again" }));
  for await (const { error } of team.runMany([task, task]))
    if (error !== undefined) seen.push(inspect(error));
  for (const truth of [secret.text, secret.number, "ship"]) {
    await tried(recordTruth({ store }, "run", "task", truth));
    await tried(recordTruth({ store }, "run", `who has ${secret.text}`, truth));
  }
  seen.push(...(await everythingIn(store)));
  await store.close();
  return seen;
}

function expectNothingOf({ text, number }: Secret, shown: string): void {
  for (const word of [text, String(number), BEGINNING]) {
    const at = shown.indexOf(word);
    // The whole would be too long to read.
    expect(at < 0 ? "" : shown.slice(Math.max(0, at - 200), at + 60)).toBe("");
  }
}

const IDS = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** What was seen, without what chance and the clock say, and without the hashes that are keyed; in no order. */
function comparable(seen: Seen, { hashSecret, members }: SecretTeam): readonly string[] {
  return (
    seen
      .map((one) => {
        const text = JSON.stringify(one, (key, value: unknown) =>
          typeof value === "number" && /Ms$|^seq$/.test(key) ? 0 : value,
        )
          .replaceAll(IDS, "ID")
          .replaceAll(/(?<="ballot\/\w+\/)\w+/g, "TIME");
        if (!hashSecret) return text;
        return text
          .replaceAll(/~keyed:[\w-]+\.[\w-]+/g, "KEYED")
          .replaceAll(/"inputHash":"[^"]*"/g, "KEYED")
          .replaceAll(/"cache\/[\w-]+"/g, "KEYED");
      })
      // Where the id of a run is random, so are the keys that its agents are asked under, and tell.
      .filter(
        (text) => !(members.some(({ tellsKey }) => tellsKey) && text.includes('"runId":"ID"')),
      )
      .toSorted((a, b) => (a < b ? -1 : 1))
  );
}

/** Its agents do not say what they were asked under: that is made of a hash with the caller's own secret. */
function silent(spec: SecretTeam): SecretTeam {
  return { ...spec, members: spec.members.map((one) => ({ ...one, tellsKey: false })) };
}

describe("a secret that is redacted", () => {
  it("is in no event, key, value, error or stream, whatever is done with the run", async () => {
    await fc.assert(
      fc.asyncProperty(anySecretTeam, places, async (spec, crashes) => {
        const open = (): Store => memory({ resumable: true }).store;
        expectNothingOf(ONE, JSON.stringify(await liveSecretly(spec, ONE, crashes, open)));
      }),
      casesOf(0.5),
    );
  });

  it("cannot be guessed: with another secret all that is seen is the same, but hashes with the caller's own", async () => {
    await fc.assert(
      fc.asyncProperty(anySecretTeam, places, async (any, crashes) => {
        const spec = any.hashSecret ? silent(any) : any;
        const open = (): Store => memory({ resumable: true }).store;
        const [one, other] = [
          await liveSecretly(spec, ONE, crashes, open),
          await liveSecretly(spec, OTHER, crashes, open),
        ];
        expect(comparable(one, spec)).toEqual(comparable(other, spec));
      }),
      casesOf(0.25),
    );
  });

  it.each([
    ["without a codec", undefined],
    ["with a codec", aes()],
  ])("is in no byte of a file %s", async (_, codec) => {
    await fc.assert(
      fc.asyncProperty(anySecretTeam, places, async (spec, crashes) => {
        const path = tempPath();
        const open = (): Store => sqlite({ path, ...(codec !== undefined && { codec }) }).store;
        const held = open();
        await liveSecretly(spec, ONE, crashes, open);
        const folder = dirname(path);
        const files = readdirSync(folder).filter((name) => join(folder, name).startsWith(path));
        const bytes = files.map((name) => readFileSync(join(folder, name), "latin1")).join("");
        await held.close();
        expectNothingOf(ONE, bytes);
      }),
      casesOf(0.1),
    );
  });
});

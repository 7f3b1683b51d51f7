// Foreign texts are cut before they are redacted, and a function does not recognise half a secret: none is left where a text was cut.

import { describe, expect, it } from "vitest";
import { agent, memory, supervisor, type Agent, type Json } from "../../src/index.ts";

const SECRET = /tk_[A-Za-z0-9]{40}/g;
const TOKEN = `tk_${"A".repeat(40)}`;

const redact = (value: Json): Json =>
  JSON.parse(JSON.stringify(value).replace(SECRET, "***")) as Json;

interface Deed {
  /** What is cut at this many characters. */
  readonly at: number;
  /** An agent, or options of its team, that bring such a text about. */
  readonly agent?: (text: string) => object;
  readonly team?: (text: string) => object;
}

const refusing = (issue: object): object => ({
  run: () => 1,
  output: { "~standard": { version: 1, vendor: "test", validate: () => ({ issues: [issue] }) } },
});

const throwing = (error: () => unknown): object => ({
  run: () => Promise.reject(error() as Error),
});

const raise = (text: string) => (): never => {
  throw new Error(text);
};

const DEEDS: Readonly<Record<string, Deed>> = {
  "the message of an error": { at: 2_000, agent: (text) => throwing(() => new Error(text)) },
  "the message of a cause": {
    at: 2_000,
    agent: (text) => throwing(() => new Error("no", { cause: new Error(text) })),
  },
  "an object that is thrown": { at: 2_000, agent: (text) => throwing(() => ({ body: text })) },
  "a text that is thrown": { at: 2_000, agent: (text) => throwing(() => text) },
  "the name of an error": {
    at: 100,
    agent: (text) => throwing(() => Object.assign(new Error("no"), { name: text })),
  },
  "the code of an error": {
    at: 100,
    agent: (text) => throwing(() => Object.assign(new Error("no"), { code: text })),
  },
  "an issue": { at: 2_000, agent: (text) => refusing({ message: text }) },
  "the path of an issue": { at: 2_000, agent: (text) => refusing({ message: "no", path: [text] }) },
  "a key of what is not JSON": { at: 50, agent: (text) => ({ run: () => ({ [text]: () => 1 }) }) },
  "the name of a class": {
    at: 50,
    agent: (text) => ({
      run: () => {
        const classes = { [text]: class {} };
        return new (classes[text] as new () => object)();
      },
    }),
  },
  "the name of a model": {
    at: 200,
    agent: (text) => ({
      run: (_: unknown, { report }: { readonly report: (usage: object) => void }) =>
        report({ model: text, inputTokens: 1 }),
    }),
  },
  "a part of a report": {
    at: 50,
    agent: (text) => ({
      run: (_: unknown, { report }: { readonly report: (usage: object) => void }) =>
        report({ [text]: 1 }),
    }),
  },
  "a value in a report": {
    at: 50,
    agent: (text) => ({
      run: (_: unknown, { report }: { readonly report: (usage: object) => void }) =>
        report({ inputTokens: text }),
    }),
  },
  "an error of claims": { at: 2_000, agent: (text) => ({ run: () => 1, claims: raise(text) }) },
  "the evidence of a claim": {
    at: 4_000,
    agent: (text) => ({
      run: () => 1,
      claims: () => [1, 2].map((position) => ({ subject: "s", position, evidence: text })),
    }),
  },
  "an error of escalateIf": {
    at: 2_000,
    agent: (text) => ({ run: () => 1, escalateIf: raise(text) }),
    team: () => ({ tiers: { small: "a", strong: "b" } }),
  },
  "an error of inputs": { at: 2_000, team: (text) => ({ inputs: { a: raise(text) } }) },
  "an error of a route": { at: 2_000, team: (text) => ({ route: raise(text) }) },
  "a name that a route has": { at: 100, team: (text) => ({ route: () => [text] as never }) },
  "what a resolver says": {
    at: 1_000,
    team: (text) => ({ resolve: [{ name: "own", settle: () => ({ defer: text }) }] }),
  },
};

/** All that is seen of a run: its stream, its log, its error. */
async function seenOf(deed: Deed, text: string): Promise<string> {
  const a = agent({ name: "a", retries: 0, run: () => 1, ...deed.agent?.(text) } as never);
  const [b, other] = ["b", "other"].map((name) =>
    agent({ name, run: () => ({ recommendation: name }) }),
  );
  const { store } = memory({ resumable: true });
  const options = { name: "team", agents: { a: a as Agent, b, other }, redact, backend: { store } };
  const team = supervisor({ ...options, ...deed.team?.(text) } as never);
  const seen: unknown[] = [];
  const stream = team.stream("task" as never, { runId: "r" });
  const outcome = stream.outcome.then(
    ({ missing, results }) => void seen.push(missing, results),
    (error: unknown) => void seen.push(error, String(error)),
  );
  try {
    for await (const event of stream) seen.push(event);
  } catch {
    // The outcome has it.
  }
  await outcome;
  return JSON.stringify([seen, await store.read("r")]);
}

describe("a secret that a text of ours cuts", () => {
  it.each(Object.entries(DEEDS))("is whole or gone in %s", async (_, deed) => {
    const filler = "x".repeat(deed.at);
    for (const left of [0, 1, 5, 12, 20, 35, 45, 60]) {
      for (const blank of ["", " "]) {
        const seen = await seenOf(deed, `${filler.slice(left)}${blank}${TOKEN} ${filler}`);
        expect(/.{0,60}tk_A.{0,60}/.exec(seen)?.[0]).toBe(undefined);
      }
    }
  });
});

it("leaves the words before the place where an error is cut", async () => {
  const a = agent({ name: "a", retries: 0, run: raise(`${"no room ".repeat(1_000)}`) });
  const { results } = await supervisor({ name: "team", agents: { a } }).run("task" as never);
  const { error } = results.a as { readonly error: Error };
  expect(error.message).toMatch(/^a failed: (no room )+(no )?…$/);
  expect(error.message.length).toBeGreaterThan(1_980);
});

// Every bag of options has a table, and the table says all of it: what is tried here holds for each of them.

import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { Option } from "../../src/check/options.ts";
import { agent, QuorateError, supervisor } from "../../src/index.ts";
import { HOSTILE } from "./hostile.ts";

interface Bag {
  readonly name: string;
  /** How its options are declared. */
  readonly type: string;
  readonly table: Readonly<Record<string, Option<unknown>>>;
  readonly of: (given: unknown, where: string) => Readonly<Record<string, unknown>>;
}

const src = resolve(import.meta.dirname, "../../src");
const sources = globSync("**/*.ts", { cwd: src }).map((path) => {
  const source = readFileSync(join(src, path), "utf8");
  return { path, source };
});

async function bagsIn({ path, source }: (typeof sources)[number]): Promise<readonly Bag[]> {
  const found = [...source.matchAll(/^export const (\w+): Options<([^=]*)=/gm)];
  if (found.length === 0) return [];
  const module = (await import(join(src, path))) as Readonly<Record<string, Bag>>;
  return found.map(([, name = "", type = ""]) => ({ ...module[name], name, type }) as Bag);
}

const bags = (await Promise.all(sources.map(bagsIn))).flat();

const rejecting = (): Promise<never> => Promise.reject(new Error("nobody listens"));

/** Where nobody listens to one of these promises, the run of these tests fails. */
const ANYTHING = [...HOSTILE, rejecting, () => [rejecting()], () => ({ a: rejecting() })];

/** What has to be given. */
const NEEDED: Readonly<Record<string, unknown>> = {
  name: "a",
  run: () => 1,
  usd: 1,
  input: 1,
  output: 1,
  date: "2026-11-22",
  labels: "fixed",
  ask: agent({ name: "a", run: () => 1 }),
  panel: [() => 1],
  runId: "r",
  subject: "task",
  path: "quorate.db",
  teams: [supervisor({ name: "team", agents: { a: agent({ name: "a", run: () => 1 }) } })],
  url: "https://hooks.example.com",
  secret: "a secret of nobody in this world",
  why: "",
  model: "a-model",
  provider: { experimental_batch: () => undefined },
};

function refusalOf(call: () => unknown): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (!(error instanceof QuorateError)) throw error;
    expect(error.code).toBe("BAD_OPTIONS");
    return error.message;
  }
}

function neededBy({ table }: Bag): Readonly<Record<string, unknown>> {
  const keys = Object.entries(table).filter(([, one]) =>
    refusalOf(() => one.take(undefined, "it"))?.startsWith("it is missing; "),
  );
  return Object.fromEntries(keys.map(([key]) => [key, NEEDED[key]]));
}

/** What is said of each option where it is declared; by the names of types, of which some are declared more than once. */
const declared = sources.flatMap(({ source }) => [
  ...[...source.matchAll(/^export interface (\w+)([^{]*?) ?\{\n(.*?)^\}/gms)].map(
    ([, name = "", of = "", body = ""]) => {
      const docs = body.matchAll(/\/\*\*((?:(?!\*\/).)*)\*\/\s+readonly (\w+)\??[:<(]/gs);
      return {
        name,
        of,
        docs: new Map([...docs].map(([, doc = "", option = ""]) => [option, doc])),
      };
    },
  ),
  ...[...source.matchAll(/^(?:export )?type (\w+) = ([^;]*);/gm)].map(([, name = "", of = ""]) => ({
    name,
    of,
    docs: new Map<string, string>(),
  })),
]);

function docOf(type: string, option: string, seen: readonly string[] = []): string | undefined {
  for (const [name] of type.matchAll(/\w+/g)) {
    if (seen.includes(name)) continue;
    for (const one of declared.filter((other) => other.name === name)) {
      const found = one.docs.get(option) ?? docOf(one.of, option, [...seen, name]);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** A default as documentation writes it. */
function written(standard: unknown): readonly string[] {
  if (standard === Infinity) return ["Infinity", "for ever"];
  if (standard === "") return ["none"];
  if (typeof standard === "string") return [`"${standard}"`];
  if (typeof standard === "number") return [standard.toLocaleString("en-US"), String(standard)];
  return typeof standard === "boolean" ? [String(standard)] : [];
}

it("there are tables of all the rooms that have options", () => {
  expect(bags.map(({ name }) => name).toSorted()).toMatchInlineSnapshot(`
    [
      "AGENT",
      "AUDIT",
      "BACKOFF",
      "BATCH",
      "BREAKER",
      "BUDGET",
      "CASSETTE",
      "CHANGE",
      "DECISION",
      "DRIVEN",
      "ENQUEUE",
      "ERASURE",
      "EVAL",
      "FIND",
      "HUMAN",
      "JUDGE",
      "KEEP_RESUMING",
      "KEPT",
      "LEARN",
      "LEARNED_FROM",
      "LEARNED_SUPPORT",
      "LEARNING",
      "LIMITER",
      "LIMITS",
      "LIST",
      "MANY",
      "MCP_OPTIONS",
      "MEMORY",
      "MODEL",
      "MODEL_AGENT",
      "OTEL",
      "PANEL",
      "PANEL_JUDGE",
      "POSTGRES",
      "PRICE",
      "PROGRAM_OPTIONS",
      "PROVIDER_BATCH",
      "QUERY",
      "RELIABILITY",
      "RERUN",
      "RESUME_ALL",
      "RUN",
      "RUN_CACHE",
      "SERVER",
      "SETTINGS",
      "SETTLE",
      "SIMILAR",
      "SQLITE",
      "STEP",
      "SUPERVISOR",
      "SUPPORT",
      "TRUST",
      "TRUTH",
      "TRUTH_OPTIONS",
      "TRUTH_QUERY",
      "UNANIMOUS",
      "VIRTUAL_CLOCK",
      "VOTE",
      "WEB_HOOK",
      "WITHIN",
    ]
  `);
});

describe.each(bags.map((bag) => [bag.name, bag] as const))("the table %s", (_, bag) => {
  const needed = neededBy(bag);
  const keys = Object.keys(bag.table);

  it("gives what holds where an option is left out, as it is documented, and freezes it", () => {
    const taken = bag.of(needed, "it");
    expect(Object.isFrozen(taken)).toBe(true);
    const standard = keys.filter((key) => bag.table[key]?.standard !== undefined);
    expect(Object.keys(taken).toSorted()).toEqual(
      [...new Set([...standard, ...Object.keys(needed)])].toSorted(),
    );
    for (const key of standard) {
      const value = bag.table[key]?.standard;
      expect(taken[key]).toBe(value);
      const says = written(value);
      if (says.length === 0) continue;
      const doc = docOf(bag.type, key)?.replaceAll(/\s+\*?\s*/g, " ") ?? "";
      const said = says.some((one) =>
        [`Default ${one}`, `Default: \`${one}\``, `Default \`${one}\``, `(${one})`, `(\`${one}\`)`]
          .concat(`\`${one}\` where left out`, `${one} where left out`, `Default: ${one}`)
          .some((form) => doc.includes(form)),
      );
      expect(said, `${key} is ${says.join(" or ")} where left out, and its doc says:${doc}`).toBe(
        true,
      );
    }
  });

  it.each(keys)(
    "refuses %s where it is misspelt, and says what there is that is like it",
    (key) => {
      for (const wrong of [`${key}x`, key.toUpperCase(), key.slice(0, -1)]) {
        if (keys.includes(wrong)) continue;
        const refusal = refusalOf(() => bag.of({ ...needed, [wrong]: undefined }, "it"));
        expect(refusal).toMatch(new RegExp(`^it has no option "${wrong}"; did you mean \\w+\\?$`));
        expect(keys).toContain(/did you mean (\w+)/.exec(refusal ?? "")?.[1]);
      }
    },
  );

  it.each(keys)(
    "takes whatever is given for %s, or refuses it in a sentence that begins with its path",
    (key) => {
      for (const hostile of ANYTHING) {
        const given = hostile();
        const refusal = refusalOf(() => bag.of({ ...needed, [key]: given }, "it")) ?? `it: ${key}`;
        expect(refusal.startsWith(`it: ${key}`) || refusal.startsWith("it cannot be read")).toBe(
          true,
        );
        expect(refusal).not.toMatch(/\n|undefined|\[object/);
        expect(refusal.length).toBeLessThan(300);
      }
    },
  );

  it("refuses what is no bag, and what cannot be read", () => {
    for (const hostile of ANYTHING) refusalOf(() => bag.of(hostile(), "it"));
    for (const none of [undefined, null, 1, "x", () => 1, rejecting()]) {
      expect(refusalOf(() => bag.of(none, "it"))).toMatch(/^it is [^;]+; .+$/);
    }
  });
});

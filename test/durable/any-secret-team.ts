import fc from "fast-check";
import {
  agent,
  human,
  judge,
  rerun,
  supervisor,
  unanimous,
  vote,
  type Agent,
  type Clock,
  type Json,
  type Resolver,
  type Redact,
  type Schema,
  type Supervisor,
} from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";

/** What must not be found anywhere. */
export interface Secret {
  readonly text: string;
  readonly number: number;
}

/** What an agent does with the secret. */
export interface Gossip {
  /** What it holds about each subject. */
  readonly holds: "ship" | "hold" | "text" | "object" | "number";
  readonly evidence: boolean;
  /** Whether it reports a finding that has the secret in every part of it. */
  readonly finds: boolean;
  /** What it does before it answers, the first time that it is asked, or each time. */
  readonly trouble: "none" | "throws once" | "throws" | "flawed once" | "flawed" | "not json";
  readonly emits: boolean;
  /** Whether it says under which idempotency key it was asked. */
  readonly tellsKey: boolean;
  /** What stands before the secret in the cause of what it throws, which is cut. */
  readonly filler: string;
  /** Whether the team makes its input, of the secret and of what was said before. */
  readonly mapped: boolean;
  readonly needsFirst: boolean;
}

export interface SecretTeam {
  readonly redact: "function" | "paths";
  readonly hashSecret: boolean;
  readonly members: readonly Gossip[];
  readonly nested: boolean;
  readonly mode: "parallel" | "sequence";
  readonly chain: "vote" | "judge" | "human" | "rerun";
  readonly cache: boolean;
  readonly batch: boolean;
  readonly fallback: boolean;
  /** Whether a subject has the secret in it, and whether all hold something about it. */
  readonly secretSubject: boolean;
}

const gossip: fc.Arbitrary<Gossip> = fc.record({
  holds: fc.constantFrom("ship", "hold", "text", "object", "number"),
  evidence: fc.boolean(),
  finds: fc.boolean(),
  trouble: fc.constantFrom(
    "none",
    "none",
    "none",
    "throws once",
    "throws",
    "flawed once",
    "flawed",
    "not json",
  ),
  emits: fc.boolean(),
  tellsKey: fc.boolean(),
  filler: fc.integer({ min: 1_980, max: 2_000 }).map((length) => `${"x".repeat(length - 1)} `),
  mapped: fc.boolean(),
  needsFirst: fc.boolean(),
});

export const anySecretTeam: fc.Arbitrary<SecretTeam> = fc.record({
  redact: fc.constantFrom("function", "paths"),
  hashSecret: fc.boolean(),
  members: fc.array(gossip, { minLength: 2, maxLength: 4 }),
  nested: fc.boolean(),
  mode: fc.constantFrom("parallel", "sequence"),
  chain: fc.constantFrom("vote", "judge", "human", "rerun"),
  cache: fc.boolean(),
  batch: fc.boolean(),
  fallback: fc.boolean(),
  secretSubject: fc.boolean(),
});

/** Of two secrets that are in the same order among all other texts, nothing but themselves tells which one it was. */
export interface SecretTask {
  readonly pin: string;
  readonly code: number;
  readonly refuse?: boolean;
}

export const taskOf = ({ text, number }: Secret): SecretTask => ({ pin: text, code: number });

function redactOf(spec: SecretTeam, { text, number }: Secret): Redact {
  if (spec.redact === "paths") return ["pin", "code"];
  const hide = (value: Json): Json => {
    if (value === number) return "###";
    if (typeof value === "string")
      return value.replaceAll(text, "***").replaceAll(`${number}`, "###");
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(hide);
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, hide(member)]));
  };
  return hide;
}

/** As JSON of other languages has it, and addresses. */
const escapedFormsOf = (text: string): string =>
  [text.replace("-", "\\u002d"), text.replace("-", "%2d"), text.replace("-", "%252D")].join(" or ");

interface Given {
  readonly emit: (value: unknown) => void;
  readonly idempotencyKey: string;
  readonly others: readonly unknown[];
}

interface Answer {
  readonly held: Json;
  readonly flaw?: string;
  readonly told?: string;
}

const answers: Schema<Answer> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate(value) {
      const { flaw } = value as Answer;
      return flaw === undefined
        ? { value: value as Answer }
        : { issues: [{ message: `got ${JSON.stringify(value)}`, path: [flaw] }] };
    },
  },
};

const tasks: Schema<SecretTask> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate(value) {
      const task = value as SecretTask;
      return task.refuse === true
        ? { issues: [{ message: `got ${JSON.stringify(value)}`, path: [task.pin] }] }
        : { value: task };
    },
  },
};

/** What a team is made of besides its description. */
export interface World {
  readonly store: Store;
  readonly clock: Clock;
}

/** Makes a team whose agents repeat the secret wherever they can. What they do depends on nothing else. */
export function makeSecretTeam(
  spec: SecretTeam,
  secret: Secret,
  world: World,
): Supervisor<Record<string, Agent>, SecretTask> {
  const { text, number } = secret;
  const said = `${text} and ${number}`;
  const subjects = ["task", ...(spec.secretSubject ? [`who has ${said}`] : [])];
  const heldBy = ({ holds }: Gossip): Json => {
    if (holds === "text") return `k ${said}`;
    if (holds === "object") return { kind: "k", pin: text, code: number };
    return holds === "number" ? number : holds;
  };
  const makeAgent = (
    name: string,
    one: Gossip,
    needs: Record<string, Agent>,
    fallback: readonly Agent[] = [],
  ): Agent => {
    let asked = 0;
    const work = (given: unknown, again: boolean): unknown => {
      const first = asked++ === 0;
      const { trouble } = one;
      if (trouble === "throws" || (trouble === "throws once" && first)) {
        const numbers = { code: number, status: number };
        const cause = Object.assign(new Error(`${one.filler}${text} ${one.filler}`), numbers);
        throw new Error(`no ${said} in ${JSON.stringify(given)}, ${escapedFormsOf(text)}`, {
          cause,
        });
      }
      if (trouble === "not json") return { held: 1n };
      const flawed = trouble === "flawed" || (trouble === "flawed once" && first);
      // In a rerun it comes round.
      const finding = {
        text: `found ${said}`,
        file: `src/${text}.ts`,
        line: number,
        severity: "high",
        rule: `no-${text}`,
        suggestion: `without ${said}`,
        category: text,
      };
      return {
        held: again ? "ship" : heldBy(one),
        ...(one.finds && { findings: [finding] }),
        ...(flawed && { flaw: text }),
      };
    };
    const common = {
      name,
      version: "1",
      needs,
      input: one.mapped ? undefined : tasks,
      output: answers,
      claims: ({ held }: Answer) =>
        subjects.map((subject) => ({
          subject,
          position: held,
          ...(one.evidence && { evidence: `seen with ${said}` }),
        })),
      backoff: { baseMs: 0 },
    };
    return agent({
      ...common,
      fallback,
      ...(spec.batch && {
        batch: {
          maxSize: 2,
          waitMs: 0,
          run: async (inputs: readonly unknown[]) => inputs.map((given) => work(given, false)),
        },
      }),
      run(given: unknown, { emit, idempotencyKey, others }: Given) {
        if (one.emits) for (const value of [said, { pin: text, at: [number] }]) emit(value);
        const answer = work(given, others.length > 0) as object;
        return one.tellsKey ? { ...answer, told: idempotencyKey } : answer;
      },
    } as never) as Agent;
  };

  const standIn = makeAgent("standin", { ...PLAIN, holds: "hold" }, {});
  const agents: Record<string, Agent> = {};
  for (const [index, one] of spec.members.entries()) {
    const [first] = Object.values(agents);
    const needs: Record<string, Agent> =
      one.needsFirst && first !== undefined ? { [first.name]: first } : {};
    const name = `m${index}`;
    agents[name] = makeAgent(name, one, needs, spec.fallback && index === 0 ? [standIn] : []);
  }
  const inputs = Object.fromEntries(
    spec.members.flatMap(({ mapped }, index) =>
      mapped
        ? [
            [
              `m${index}`,
              (task: SecretTask, results: object) => ({ about: said, task, results }),
            ] as const,
          ]
        : [],
    ),
  );
  const chief = agent({
    name: "chief",
    version: "1",
    run: ({ text: asked }: { readonly text: string }) => ({
      choice: "A",
      reasoning: `${said}: ${asked}`,
    }),
  });
  const chains: Readonly<Record<SecretTeam["chain"], readonly Resolver[]>> = {
    vote: [unanimous(), vote()],
    judge: [unanimous(), judge({ ask: chief })],
    human: [human()],
    rerun: [unanimous(), rerun(), vote()],
  };
  const own = {
    name: "gate",
    agents,
    inputs,
    mode: spec.mode,
    resolve: chains[spec.chain],
    cache: spec.cache,
    retries: 1,
    minAnswers: 0,
  };
  const { store, ...others } = world;
  const rest = {
    ...others,
    backend: { store },
    redact: redactOf(spec, secret),
    ...(spec.hashSecret && { hashSecret: "a secret of the caller's own" }),
  };
  if (!spec.nested) return supervisor({ ...own, ...rest } as never) as never;
  const gate = supervisor(own as never);
  const beside = makeAgent("beside", { ...PLAIN, holds: "text", evidence: true }, {});
  const resolve = chains[spec.chain === "rerun" ? "vote" : spec.chain];
  return supervisor({
    name: "outer",
    agents: { gate, beside },
    resolve,
    minAnswers: 0,
    ...rest,
  } as never) as never;
}

const PLAIN: Gossip = {
  holds: "ship",
  finds: false,
  evidence: false,
  trouble: "none",
  emits: false,
  tellsKey: false,
  filler: "",
  mapped: false,
  needsFirst: false,
};

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  agent,
  human,
  memory,
  oneOf,
  supervisor,
  within,
  type Outcome,
  type MemoryBackend,
} from "../../src/index.ts";
import { NOTICES } from "../../src/model/notices.ts";

const listed = fc.record(
  {
    recommendation: fc.constantFrom("ship", "hold", " ", null, 1, {}),
    findings: fc.array(
      fc.constantFrom(
        "eval is used",
        "no tests",
        "",
        { text: "x", file: "a.ts", line: 3, severity: "error" },
        { text: "x", file: "./a.ts", line: 3, severity: "high" },
        { y: 1 },
      ),
    ),
  },
  { requiredKeys: [] },
);

const output = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom("ship", "hold", "ship it", " "),
  fc.record({ recommendation: fc.jsonValue({ maxDepth: 1 }) }),
  fc.record({ findings: fc.jsonValue({ maxDepth: 2 }) }),
  fc.record({ verdict: fc.constantFrom("ship", "hold", null) }),
  listed,
);

/** Where an agent's answer says what it claims. */
const read = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 2, arbitrary: fc.constant("verdict") },
  { weight: 1, arbitrary: fc.constantFrom<readonly string[]>([], ["x"], ["x", "y"]) },
);

/** What a member is: an agent that answers or fails, or a team of such. */
const { team: anyTeam } = fc.letrec<{ readonly team: AnyTeam; readonly member: AnyMember }>(
  (tie) => ({
    member: fc.oneof(
      { maxDepth: 2, depthIdentifier: "teams" },
      fc.record({
        output,
        read,
        fails: fc.nat(4).map((n) => n === 0),
        need: fc.option(fc.nat(3), { nil: undefined, freq: 4 }),
        required: fc.nat(9).map((n) => n === 0),
      }),
      tie("team"),
    ),
    team: fc.record({
      members: fc.array(tie("member"), { minLength: 1, maxLength: 4, depthIdentifier: "teams" }),
      mode: fc.constantFrom("parallel" as const, "sequence" as const),
      comparator: fc.constantFrom("equal" as const, "oneOf" as const, "within" as const),
      panel: fc.constantFrom(
        undefined,
        undefined,
        "certain" as const,
        { confidence: 0.6 } as const,
      ),
      asksPerson: fc.nat(4).map((n) => n === 0),
    }),
  }),
);

interface AnyAgent {
  readonly output: unknown;
  readonly read: string | readonly string[] | undefined;
  readonly fails: boolean;
  readonly need: number | undefined;
  readonly required: boolean;
}

interface AnyTeam {
  readonly members: readonly AnyMember[];
  readonly mode: "parallel" | "sequence";
  readonly comparator: "equal" | "oneOf" | "within";
  readonly panel: "certain" | { readonly confidence: number } | undefined;
  readonly asksPerson: boolean;
}

type AnyMember = AnyAgent | AnyTeam;

/** How often each agent was asked, by its name. */
type Asked = Map<string, number>;

function made(name: string, team: AnyTeam, asked: Asked, backend?: MemoryBackend): AnySupervisor {
  const members: { readonly name: string }[] = [];
  const required: string[] = [];
  for (const [index, member] of team.members.entries()) {
    const called = `${name}${index}`;
    if ("members" in member) {
      // Of teams the outermost alone is asked by a panel and has a person: the others are asked by it.
      members.push(made(called, { ...member, asksPerson: false }, asked));
      continue;
    }
    const needed = member.need === undefined ? undefined : members[member.need];
    members.push(madeAgent(called, member, needed, asked));
    if (member.required) required.push(called);
  }
  const isPanel = team.panel !== undefined && team.comparator !== "within";
  return supervisor({
    name,
    agents: Object.fromEntries(members.map((member) => [member.name, member])),
    required,
    mode: team.mode,
    retries: 0,
    ...(team.comparator === "oneOf" && { compare: { task: oneOf(["ship", "hold"]) } }),
    ...(team.comparator === "within" && { compare: { task: within({ absolute: 1 }) } }),
    ...(isPanel && { panel: typeof team.panel === "string" ? team.panel : { until: team.panel } }),
    ...(team.asksPerson && backend !== undefined && !isPanel && { resolve: [human()] }),
    ...(backend !== undefined && { backend }),
  } as never) as never;
}

interface AnySupervisor {
  readonly name: string;
  run(task: string): Promise<Outcome>;
  resume(runId: string): Promise<Outcome>;
}

function madeAgent(
  name: string,
  { output: answer, read: where, fails }: AnyAgent,
  needed: { readonly name: string } | undefined,
  asked: Asked,
): { readonly name: string } {
  const claims =
    typeof where === "object"
      ? () => where.map((subject) => ({ subject, position: "yes" }))
      : where;
  return agent({
    name,
    retries: 0,
    needs: (needed === undefined ? {} : { [needed.name]: needed }) as never,
    run: (_task: string): unknown => {
      asked.set(name, (asked.get(name) ?? 0) + 1);
      if (fails) throw new Error("no answer");
      return answer;
    },
    ...(claims !== undefined && { claims: claims as never }),
  });
}

/** Teams of the run that say complete, or partial, and what each of them has besides. */
function checkTold(outcome: Outcome, claimsByFunction: boolean): void {
  const answered = Object.values(outcome.results).filter(({ status }) => status === "ok").length;
  const told = outcome.verdicts.length + outcome.notices.length;
  if (answered >= 2 && (outcome.status === "complete" || outcome.status === "partial")) {
    expect(told).toBeGreaterThan(0);
  }
  // Who spoke alone where others were asked is told of; nobody waits for who claims nothing by a function of its own.
  for (const { status, asked } of outcome.verdicts) {
    if (!claimsByFunction && status === "unopposed" && (asked ?? 0) > 1) {
      expect(outcome.notices.map(({ code }) => code)).toEqual(
        expect.arrayContaining([expect.stringMatching(/one-voice|nothing-compared/)]),
      );
    }
  }
  for (const { code, message } of outcome.notices) {
    expect(message.endsWith(NOTICES[code].advice)).toBe(true);
    expect(message.length).toBeLessThan(2_000);
  }
}

describe("a law", () => {
  it("an outcome never says complete with neither a verdict nor a notice when two or more answered, in teams of any shape, and a run that is read from its log or gone on with after any event tells the same", async () => {
    const seen = { complete: 0, partial: 0, waiting: 0, failed: 0, nested: 0, panels: 0 };
    await fc.assert(
      fc.asyncProperty(anyTeam, fc.nat(), async (spec, at) => {
        const asked: Asked = new Map();
        const claimsByFunction = spec.members.some(
          (one) => "read" in one && typeof one.read === "object",
        );
        const backend = memory({ resumable: true });
        const team = made("t", spec, asked, backend);
        const outcome = await team.run("x");
        checkTold(outcome, claimsByFunction);
        seen[outcome.status]++;
        if (outcome.notices.some(({ team: whose }) => whose !== undefined)) seen.nested++;
        if (outcome.notices.some(({ code }) => code === "panel-enough")) seen.panels++;
        const before = new Map(asked);
        const resumed = await team.resume(outcome.runId);
        checkTold(resumed, claimsByFunction);
        expect(resumed.notices).toEqual(outcome.notices);
        expect(resumed.status).toBe(outcome.status);
        expect(asked).toEqual(before);
        // Its process may have ended after any event of it.
        const events = await backend.store.read(outcome.runId);
        const died = memory({ resumable: true });
        await died.store.append(events.slice(0, 1 + (at % events.length)));
        await died.store.release?.(outcome.runId, 1);
        const again = await made("t", spec, asked, died).resume(outcome.runId);
        checkTold(again, claimsByFunction);
        expect(again.notices).toEqual(outcome.notices);
        expect(again.status).toBe(outcome.status);
      }),
      { numRuns: 400, seed: 12 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
  });
});

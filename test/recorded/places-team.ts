import {
  agent,
  human,
  judge,
  supervisor,
  type JudgeAnswer,
  type JudgeQuestion,
  type Resolver,
} from "../../src/index.ts";

/**
 * The team whose runs stand in `places.db`, which the last version made that had a call's place in its id alone. It makes every kind of call:
 * `cheap` is asked at a dearer tier, `other` stands in for `main`, and then at a dearer tier; the team `board` is carried out twice, since
 * `starts` fails the first time; the judge decides in `board` and at the root; and `late` needs all of them.
 * `decides` comes before the judge in `board`.
 */
export function placesTeam(
  more: object = {},
  {
    late,
    decides = [],
  }: { readonly late?: () => Promise<void>; readonly decides?: readonly Resolver[] } = {},
) {
  const asked: string[] = [];
  const fails = Object.assign(new Error("no such thing"), { retryable: false });
  const says = (
    name: string,
    answer: (tier: string | undefined) => unknown,
    options: object = {},
  ) =>
    agent({
      name,
      version: "1",
      retries: 0,
      run: (_task: string, { tier, report }) => {
        asked.push(name);
        report({ usdMicros: tier === "strong" ? 50 : 5, inputTokens: 2, outputTokens: 1 });
        return answer(tier) as { readonly recommendation: string };
      },
      ...options,
    });
  const doubted = {
    escalateIf: [({ recommendation }: { recommendation: string }) => recommendation === "unsure"],
  };
  const unsure = (tier: string | undefined) => ({
    recommendation: tier === "strong" ? "hold" : "unsure",
  });
  let failed = false;
  const board = supervisor({
    name: "board",
    agents: {
      starts: says("starts", () => {
        if (failed) return { recommendation: "ship" };
        failed = true;
        throw new Error("not yet");
      }),
      holds: says("holds", () => ({ recommendation: "hold" })),
    },
    required: ["starts"],
    backoff: { baseMs: 0, maxMs: 0 },
    asWorker: { retries: 1 },
    resolve: [...decides, judge({ ask: judging() })],
  } as never);
  const cheap = says("cheap", unsure, doubted);
  const main = says(
    "main",
    () => {
      throw fails;
    },
    { fallback: [says("other", unsure, doubted)] },
  );
  const last = agent({
    name: "late",
    version: "1",
    retries: 0,
    needs: { cheap, main, board } as never,
    run: async (_task: string) => {
      asked.push("late");
      await late?.();
      return { recommendation: "ship" };
    },
  });
  function judging() {
    return agent({
      name: "judge",
      version: "1",
      retries: 0,
      run: ({ options }: JudgeQuestion, { report }): JudgeAnswer => {
        asked.push("judge");
        report({ usdMicros: 100 });
        return { choice: options.find(({ position }) => position === "hold")?.id ?? "?" };
      },
    });
  }
  const team = supervisor({
    name: "places",
    agents: { cheap, main, board, late: last },
    tiers: { cheap: "small", strong: "large" },
    resolve: [judge({ ask: judging() }), human()],
    ...more,
  } as never);
  return { team, asked };
}

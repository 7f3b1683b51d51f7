import { agent, supervisor, vote, type SupervisorOptions, type Workers } from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";

/**
 * The team whose run stands in `early-stop.json`: an earlier version of the package made that log, with `earlyStop: { subjects: ["task"] }`
 * besides. `a` to `e` decide the vote after 1 to 5 ms; `slow` and the nested team take 90 ms, and `after` needs `slow`.
 */
export function earlyStopTeam(more: Partial<SupervisorOptions<Workers, string, unknown>>) {
  const clock = virtualClock();
  const asked: string[] = [];
  const says = (name: string, afterMs: number, recommendation: string, needs: object = {}) =>
    agent({
      name,
      version: "1",
      retries: 0,
      timeoutMs: Infinity,
      needs: needs as never,
      run: async (_task: unknown, { signal, report }) => {
        asked.push(name);
        report({ usdMicros: 5, inputTokens: 2, outputTokens: 1 });
        await new Promise<void>((resolve, reject) => {
          const timer = clock.timer(afterMs, resolve);
          signal.addEventListener("abort", () => {
            timer[Symbol.dispose]();
            reject(signal.reason as Error);
          });
        });
        return { recommendation };
      },
    });
  const slow = says("slow", 90, "hold");
  const inner = supervisor({
    name: "inner",
    agents: { x: says("x", 90, "ship"), y: says("y", 90, "ship") },
  });
  const team = supervisor({
    name: "gate",
    agents: {
      a: says("a", 1, "ship"),
      b: says("b", 2, "hold"),
      c: says("c", 3, "hold"),
      d: says("d", 4, "hold"),
      e: says("e", 5, "hold"),
      slow,
      inner,
      after: says("after", 1, "ship", { slow }),
    },
    resolve: [vote({ weights: { slow: 0.5, inner: 0.5, after: 0.5 } })],
    clock,
    ...more,
  } as never);
  return { team, clock, asked };
}

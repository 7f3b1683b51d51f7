import { z } from "zod";
import { agent, type InputOf, type OutputOf } from "../../src/agent.ts";

const Change = z.object({ diff: z.string(), size: z.string().transform(Number) });
const Review = z.object({ recommendation: z.enum(["ship", "hold"]), reasons: z.array(z.string()).default([]) });
const security = agent({ name: "security", input: Change, output: Review, run: async (change, { signal }) => {
  const n: number = change.size; void n; void signal;
  return { recommendation: "hold", reasons: [] };
}});
type A = InputOf<typeof security>; const a: A = { diff: "x", size: "3" }; void a;
type O = OutputOf<typeof security>; const o: O = { recommendation: "ship", reasons: ["x"] }; void o;
const plain = agent({ name: "plain", run: async (t: { n: number }) => ({ recommendation: t.n > 3 ? "a" : "b" }) });
const pi: InputOf<typeof plain> = { n: 1 }; void pi;
const po: OutputOf<typeof plain> = { recommendation: "a" }; void po;
const noTask = agent({ name: "noTask", run: () => 3 });
const ni: InputOf<typeof noTask> = "anything"; void ni;
const dep = agent({ name: "dep", needs: { security, plain }, run: async (_t: { diff: string }, { results }) => {
  const r: "ship" | "hold" = results.security.output.recommendation; void r;
  const x = results["other"]; if (x?.status === "ok") { const u: unknown = x.output; void u; }
  // @ts-expect-error
  results.plain.output.nope;
  return results.plain.output.recommendation;
}, claims: (out) => [{ subject: "x", position: out }] });
const d: OutputOf<typeof dep> = "a"; void d;
agent({ name: "bad", output: Review,
  // @ts-expect-error
  run: async () => ({ recommendation: "shipp", reasons: [] }) });
// returns less than the schema's output: the default fills it
agent({ name: "defaulted", output: Review, run: async (t: string) => ({ recommendation: t === "" ? "ship" : "hold" }) });

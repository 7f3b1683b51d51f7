import { agent, human, supervisor, type Json } from "quorate";

const holding = <Name extends string>(name: Name, limit: Json, flag: Json, plan: Json) =>
  agent({
    name,
    run: () => ({ limit, flag, plan }),
    claims: (output) =>
      Object.entries(output).map(([subject, position]) => ({ subject, position })),
  });

/** Positions that look alike, and are of different types. */
export default supervisor({
  name: "typed",
  agents: {
    a: holding("a", 20, true, { days: 2, team: "red" }),
    b: holding("b", "20", "yes", { days: 3, team: "red" }),
    c: holding("c", "twenty", "no", "none"),
    d: holding("d", ["20"], "null", [{ days: 2 }]),
    e: holding("e", "twenty\u200b", "true", null),
  },
  resolve: [human()],
});

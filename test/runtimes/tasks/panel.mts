import { agent, supervisor } from "quorate";

const one = <Name extends string>(name: Name) =>
  agent({ name, run: async (_task: string) => "ship" });
const team = supervisor({
  name: "panel",
  agents: { a: one("a"), b: one("b"), c: one("c"), d: one("d"), e: one("e") },
  panel: "certain",
});
const { results, bill, verdict } = await team.run("go");
const answered = Object.values(results).filter(({ status }) => status === "ok");
console.log(answered.length, bill.saved.panel?.calls, verdict?.winner);

import { agent, supervisor } from "quorate";

const paid = <Name extends string>(name: Name) =>
  agent({
    name,
    maxCost: { usd: 0.9 },
    run: async (_task: string, { report }) => {
      report({ usdMicros: 900_000 });
      return "ship";
    },
  });
const team = supervisor({
  name: "two-dollars",
  agents: { a: paid("a"), b: paid("b"), c: paid("c") },
  budget: { usd: 2 },
});
const { bill, missing } = await team.run("go");
console.log(
  Number(bill.spent.usdMicros) / 1e6,
  missing.map(({ why }) => why),
);
const plan = await team.plan("go");
console.log(plan.budgets.every(({ fits }) => fits));

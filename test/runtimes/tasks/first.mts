import { agent, supervisor, unanimous, vote } from "quorate";

const says = <Name extends string>(name: Name, holdFrom: number) =>
  agent({
    name,
    run: async ({ lines }: { lines: number }) => ({
      recommendation: lines > holdFrom ? "hold" : "ship",
    }),
  });

const gate = supervisor({
  name: "gate",
  agents: { ann: says("ann", 100), bob: says("bob", 300), cy: says("cy", 500) },
  resolve: [unanimous(), vote()],
});
const outcome = await gate.run({ lines: 400 });
console.log(
  outcome.verdict?.winner,
  outcome.verdict?.dissent.map((one) => one.agent),
);

import { describe, it } from "vitest";
import { programContract } from "./program-contract.ts";

// The other ways in which a program is asked; the first one stands in contract.test.ts. npm run test:long alone takes the time for them.
describe("the contract of agents", () => {
  const kinds = [
    ...programContract("a program that gets an argument", { send: "argument" }),
    ...programContract("a program in a folder of its own", { workspace: "empty" }),
  ];
  for (const { name, run } of kinds) it(name, run);
});

import { describe, it } from "vitest";
import { programContract } from "./program-contract.ts";

describe("the contract of agents", () => {
  const name = "a program that reads its standard input";
  for (const { name: what, run } of programContract(name, {})) it(what, run);
});

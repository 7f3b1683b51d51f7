/**
 * One sentence about a port, and a check that it holds. It works with any test runner:
 * `for (const { name, run } of storeContract(open)) it(name, run);`
 */
export interface ContractCase {
  readonly name: string;
  /** Rejects with an error of `node:assert` if the sentence does not hold. */
  run(): Promise<void>;
}

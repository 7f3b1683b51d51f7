/**
 * One sentence about a port, and the check that it holds. Any test runner will do:
 * `for (const { name, run } of storeContract(open)) it(name, run);`
 */
export interface ContractCase {
  readonly name: string;
  /** Rejects with what `node:assert` throws when the sentence does not hold. */
  run(): Promise<void>;
}

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

// In the checkout, where the package is found by its own name; with a dot, so that no other check looks there.
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(import.meta.dirname, ".sentences-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What the compiler says of a program, as `npx tsc` would. */
function compiled(name: string, text: string, ...flags: readonly string[]): string {
  writeFileSync(join(folder, `${name}.ts`), text);
  const options = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: { rootDir: root, noUnusedLocals: false, skipLibCheck: true },
    include: [`${name}.ts`],
  };
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(options));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const args = [tsc, "--noEmit", "-p", join(folder, `${name}.json`), ...flags];
  return spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" }).stdout;
}

const IMPORT = 'import { agent, supervisor, vote } from "quorate";\n';
const TWO = `const a = agent({ name: "a", run: () => ({ recommendation: "ship" }) });
const b = agent({ name: "b", run: () => ({ recommendation: "hold" }) });\n`;

describe("what the compiler says", () => {
  it("is a sentence about what was meant", () => {
    const wrong = [
      'supervisor({ name: "t", agents: { first: a } });',
      'supervisor({ name: "t", agents: [a, b] });',
      'supervisor({ name: "t", agents: { a, b }, resolve: "vote" });',
      'agent({ name: "c", run: () => 1, claims: () => [{ subject: "x", postion: 1 }] });',
    ];
    const said = compiled("wrong", `${IMPORT}${TWO}${wrong.join("\n")}\n`).split(/^(?=\S)/m);
    expect(said).toHaveLength(wrong.length);
    const [key, list, chain, claims] = said;
    expect(key).toContain('This agent is called \\"a\\": use that as its key');
    expect(key).not.toContain("never");
    expect(list).toContain("Agents are given by their names: { security, style }");
    expect(chain).toMatch(/'string' is not assignable to type '[^']*Resolver[^']*'\.\n$/);
    expect(claims).toContain("Property 'position' is missing in type");
    expect(claims).not.toContain("Symbol.iterator");
    expect(claims?.trimEnd().split("\n").length).toBeLessThanOrEqual(5);
  });

  it("is nothing about one resolver without a list, and lists and generators of claims", () => {
    const right = [
      'supervisor({ name: "t", agents: { a, b }, resolve: vote() });',
      'agent({ name: "c", run: () => 1, claims: () => [{ subject: "x", position: 1 }] });',
      'agent({ name: "d", run: () => 1, *claims(n) { yield { subject: "x", position: n }; } });',
    ];
    expect(compiled("right", `${IMPORT}${TWO}${right.join("\n")}\n`)).toBe("");
  });
});

describe("the work of the compiler", () => {
  /** How many instantiations a team of so many agents takes that need each other in a chain, with what is asked of its results. */
  function instantiations(many: number): number {
    const names = Array.from({ length: many }, (_, index) => `a${index}`);
    const agents = names.map(
      (name, index) =>
        `const ${name} = agent({ name: "${name}", ${index === 0 ? "" : `needs: { a${index - 1} }, `}run: (task: { t${index}: number }) => ({ recommendation: "ship", n${index}: task.t${index} }) });`,
    );
    const team = `const team = supervisor({ name: "team", agents: { ${names.join(", ")} }, required: ["a0"], gate: { pass: ["ship"] } });`;
    const task = `{ ${names.map((_, index) => `t${index}: ${index}`).join(", ")} }`;
    const asked = `const { results } = await team.run(${task});\nif (results.a0.status === "ok") results.a0.output.n0;`;
    const text = [IMPORT, ...agents, ...(many === 0 ? [] : [team, asked]), "export {};"].join("\n");
    const said = compiled(`team-${many}`, `${text}\n`, "--extendedDiagnostics");
    expect(said).not.toContain("error TS");
    return Number(/^Instantiations:\s+(\d+)/m.exec(said)?.[1]);
  }

  it("grows with the agents of a team: fifty take at most 1.5 times as much each as five", () => {
    const none = instantiations(0);
    const each = (many: number): number => (instantiations(many) - none) / many;
    const [five, fifty] = [each(5), each(50)];
    expect(five).toBeGreaterThan(100);
    expect(fifty / five).toBeLessThanOrEqual(1.5);
  });
});

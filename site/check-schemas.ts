import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { evaluate } from "../src/eval/index.ts";
import { agent, human, memory, supervisor, unanimous, vote } from "../src/index.ts";
import { report } from "../src/report/index.ts";
import { root, stage } from "./places.ts";
import { DOCUMENTS } from "./schemas.ts";

type Name = keyof typeof DOCUMENTS;

interface Task {
  readonly text: string;
}

/** The faults of the schemas: real documents that they refuse. */
export async function refusedDocuments(): Promise<readonly string[]> {
  const ajv = new Ajv({ strict: false, allErrors: false });
  const problems: string[] = [];
  const seen = new Set<Name>();
  const check = (name: Name, document: unknown): void => {
    seen.add(name);
    const schema = JSON.parse(
      readFileSync(join(stage, `public/schemas/${name}.json`), "utf8"),
    ) as object;
    const validate = ajv.getSchema(name) ?? ajv.addSchema(schema, name).getSchema(name);
    const plain: unknown = JSON.parse(JSON.stringify(document));
    if (validate?.(plain) !== true) {
      problems.push(`schema ${name}: ${ajv.errorsText(validate?.errors)}`);
    }
  };
  const backend = memory({ resumable: true });
  const says = <N extends string>(name: N, recommendation: string) =>
    agent({
      name,
      run: async (_task: Task, { report: tell }) => {
        tell({ usdMicros: 5, inputTokens: 2, model: "m" });
        return {
          recommendation,
          findings: [{ text: "a leak", file: "a.ts", line: 1, severity: "high" }],
        };
      },
    });
  const fails = agent({
    name: "fails",
    run: async (_task: Task): Promise<string> => {
      throw Object.assign(new Error("no"), { status: 503 });
    },
  });
  const agents = { a: says("a", "ship"), b: says("b", "hold"), fails };
  const nested = supervisor({ name: "nested", agents, resolve: [unanimous(), vote()] });
  const teams = [
    supervisor({
      name: "team",
      agents,
      resolve: [unanimous(), vote()],
      backend,
      gate: { pass: ["ship"] },
      backoff: { baseMs: 1 },
    }),
    supervisor({ name: "person", agents, resolve: [human()], backend, backoff: { baseMs: 1 } }),
    supervisor({
      name: "outer",
      agents: { nested, c: says("c", "ship") },
      backend,
      backoff: { baseMs: 1 },
    }),
  ];
  for (const team of teams) {
    const outcome = await team.run({ text: "x" });
    check("outcome", outcome);
    const events = await backend.store.read(outcome.runId);
    for (const event of events) check("event", event);
    check("report", report(outcome));
    check("report", report(events));
    check("plan", await team.plan({ text: "x" }));
  }
  check("runs", await backend.store.runs());
  const one = { id: "x", input: { text: "x" }, truths: { task: "ship" } };
  check("case", one);
  const first = await evaluate(teams[0] as never, [one] as never, { live: true });
  check(
    "evaluation",
    await evaluate(teams[0] as never, [one] as never, { live: true, baseline: first }),
  );
  for (const document of printed()) check("run", document);
  const unseen = (Object.keys(DOCUMENTS) as Name[]).filter((name) => !seen.has(name));
  return [...problems, ...unseen.map((name) => `schema ${name} was tried with nothing`)];
}

/** What the command line prints with `--json`. */
function printed(): readonly unknown[] {
  const folder = mkdtempSync(join(tmpdir(), "quorate-site-"));
  try {
    const entry = JSON.stringify(join(root, "dist/index.js"));
    writeFileSync(
      join(folder, "team.mjs"),
      `import { agent, supervisor } from ${entry};
       const a = agent({ name: "a", run: async () => ({ recommendation: "ship" }) });
       export default supervisor({ name: "printed", agents: { a } });`,
    );
    const quorate = (...args: readonly string[]): unknown =>
      JSON.parse(
        execFileSync(process.execPath, [join(root, "dist/cli/main.js"), ...args, "--json"], {
          cwd: folder,
          encoding: "utf8",
        }),
      );
    return [quorate("run", "team.mjs", "--input", "null"), quorate("show", "latest")];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

import {
  createFormatter,
  createParser,
  createProgram,
  SchemaGenerator,
  type Config,
} from "ts-json-schema-generator";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stage } from "./places.ts";
import { write } from "./stage.ts";

/** Each document with its description. */
export const DOCUMENTS = {
  outcome: ["OutcomeDocument", "What `run()` resolves to, after `JSON.stringify`"],
  event: ["EventDocument", "One event of a run: `store.read()`, a line of `quorate follow --json`"],
  run: ["RunDocument", "`run`, `resume`, `fork`, `decide`, `show` with `--json`"],
  runs: ["RunsDocument", "`quorate runs --json`"],
  plan: ["PlanDocument", "`quorate plan --json`"],
  report: ["ReportDocument", "`report()`, `--report json=FILE`, `quorate report --format json`"],
  evaluation: [
    "EvaluationDocument",
    "`evaluate()`, `quorate eval --json` and its `--report json=FILE`",
  ],
  case: ["CaseDocument", "A line of a file of cases, as `quorate eval` reads it"],
} as const;

/** Makes the JSON Schema of a document from its type. The sources are read only once. */
export function schemaMaker(): (name: keyof typeof DOCUMENTS) => object {
  const config: Config = {
    path: join(import.meta.dirname, "documents.ts"),
    tsconfig: join(import.meta.dirname, "tsconfig.api.json"),
    skipTypeCheck: true,
    topRef: false,
  };
  const program = createProgram(config as never);
  const parser = createParser(program, config as never);
  const generator = new SchemaGenerator(program, parser, createFormatter(config as never), config);
  return (name) => {
    const [type, description] = DOCUMENTS[name];
    return { ...generator.createSchema(type), title: `quorate ${name}`, description };
  };
}

/** Writes the schemas, and a page that lists them. */
export function stageSchemas(): number {
  const names = Object.keys(DOCUMENTS) as (keyof typeof DOCUMENTS)[];
  const folder = join(stage, "public/schemas");
  mkdirSync(folder, { recursive: true });
  const schemaOf = schemaMaker();
  for (const name of names) {
    writeFileSync(
      join(folder, `${name}.json`),
      `${JSON.stringify(schemaOf(name), undefined, 2)}\n`,
    );
  }
  const rows = names.map(
    (name) =>
      `| <a href="/schemas/${name}.json" target="_self">${name}.json</a> | ${DOCUMENTS[name][1]} |`,
  );
  write(
    "reference/schemas.md",
    `# JSON Schemas\n\nWhat Quorate writes as JSON, as JSON Schema (draft 7). They are made of the types of the library. The server's own documents are described by its OpenAPI document: see [the server](../server.md).\n\n| schema | of what |\n| --- | --- |\n${rows.join("\n")}\n`,
  );
  return names.length;
}

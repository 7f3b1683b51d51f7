// Ship or hold? Tools look at a JavaScript or TypeScript project, without a key and without a network.
//
//   npm start -- gate .                        this project, or another
//   npm start -- gate . --with claude,codex    and these coding agents, as far as they are installed
//   npm start -- gate . --with openai:NAME     and this model, whose key is in the environment

import { parseArgs } from "node:util";
import type { LanguageModel } from "ai";
import type { Outcome } from "quorate";
import { cancelOnSignals, finish, safeText, showProgress, terminal, wrap } from "quorate/cli";
import type { PlacedFinding } from "quorate/command";
import { isModelName, MODEL_NAMES, namedModel } from "../named-model.ts";
import type { Report } from "./findings.ts";
import { codingAgents, isProject, releaseGate, type CodingAgent } from "./team.ts";

const USAGE = `Types, lint, secrets, unused code and packaging: ship or hold?

  npm start -- gate PATH                   the project in that folder
  npm start -- gate PATH --with claude     and a coding agent: ${codingAgents.join(", ")}
  npm start -- gate PATH --with openai:ID  and a model whose key is there; it is
                                           sent the sources

Nothing of the project is run. Exits with 0 for ship, 4 for hold, 3 where
somebody could not say.
`;

const MOST_SHOWN = 10;
const screen = terminal();
using stop = cancelOnSignals();

function page({ results, verdicts }: Outcome): string[] {
  const [verdict] = verdicts;
  const lines = Object.entries(results).flatMap(([name, result]) => {
    if (result?.status !== "ok") {
      const why = result?.status === "failed" ? result.error.message : "it was not asked";
      return ["", ...prose(`${name} could not say: ${why}`)];
    }
    const { recommendation, findings } = result.output as Report;
    const more = findings.length - MOST_SHOWN;
    return [
      "",
      screen.style("title", `${name}: ${recommendation}`),
      ...findings.slice(0, MOST_SHOWN).flatMap((one) => prose(`  ${placed(one)}`)),
      ...(more > 0 ? [`  and ${more} more`] : []),
    ];
  });
  const winner = verdict?.winner;
  const said = winner === "ship" || winner === "hold" ? winner.toUpperCase() : "UNDECIDED";
  return [...lines, "", screen.style("title", said), ...prose(verdict?.reasoning ?? "")];
}

const prose = (text: string): string[] => wrap(safeText(text), screen.columns, { rest: "    " });

function placed({ file, line, severity, text }: PlacedFinding): string {
  const at = line === undefined ? file : `${file}:${line}`;
  return `${at ?? ""} ${severity}: ${text}`;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { with: { type: "string", default: "" }, help: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const [folder] = positionals.filter((one) => one !== "gate");
  if (values.help || folder === undefined) {
    screen.print(USAGE.trimEnd());
    return values.help ? 0 : 2;
  }
  const also = values.with.split(",").filter((name) => name !== "");
  const isCodingAgent = (name: string): name is CodingAgent =>
    (codingAgents as readonly string[]).includes(name);
  const unknown = also.find((name) => !isCodingAgent(name) && !isModelName(name));
  if (unknown !== undefined) {
    throw new RangeError(
      `There is no "${unknown}"; there are ${codingAgents.join(", ")}, and models by their names: ${MODEL_NAMES}.`,
    );
  }
  if (!isProject(folder)) throw new RangeError(`${folder} is no project: it has no package.json.`);
  const models: Record<string, LanguageModel> = {};
  for (const name of also.filter(isModelName)) {
    models[name.replace("/", "-")] = await namedModel(name);
  }
  const team = releaseGate(folder, { agents: also.filter(isCodingAgent), models });
  const run = team.stream({ folder } as never, { signal: stop.signal });
  const options = { terminal: screen, verdicts: false, signal: stop.signal };
  const outcome: Outcome = await showProgress(run, options);
  screen.print(...page(outcome));
  if (outcome.passed === false) return 4;
  return outcome.passed === true && outcome.status === "complete" ? 0 : 3;
}

let exitCode: number;
try {
  exitCode = await main();
} catch (error) {
  process.stderr.write(`${safeText(error instanceof Error ? error.message : String(error))}\n`);
  exitCode = stop.exitCode ?? 2;
}
await finish(exitCode);

import { byName, fitting, integer, number, oneOrMore, text } from "../../check/kinds.ts";
import { options, type Checked, type Options } from "../../check/options.ts";
import type { ReportFile } from "./report-flag.ts";

/**
 * What `quorate.config.ts` exports by default: what commands that take a team are told where neither a flag nor the environment says it. Each member is
 * the flag of that name.
 */
export interface CliConfig {
  /** The file of the team, which need not be named then. */
  readonly team?: string;
  /** The SQLite file with the runs, or `postgres://…`. */
  readonly db?: string;
  /** Files with variables that are set before the team is loaded. */
  readonly envFile?: string | readonly string[];
  /** The JSON file with what models cost. */
  readonly prices?: string;
  /** `hold`, `SUBJECT=VALUE` or `severity>=high`. */
  readonly failOn?: string | readonly string[];
  /** Files by their formats: `{ md: "report.md" }`. */
  readonly report?: Partial<Readonly<Record<ReportFile["format"], string>>>;
  /** What a run may spend, in US dollars. */
  readonly budget?: number;
  /** How long a run may take: `"5m"`. */
  readonly deadline?: string;
  /** How long an attempt may take, whatever agents say: `"30s"`. */
  readonly timeout?: string;
  /** How many attempts are in flight at most. */
  readonly concurrency?: number;
  /** Whose runs they are. */
  readonly tenant?: string;
  /** Texts that runs are found by: `{ branch: "main" }`. */
  readonly tag?: Readonly<Record<string, string>>;
}

const isText = (given: unknown): boolean => typeof given === "string" && given !== "";
const named = (instead: string) => fitting<string>(isText, instead);

interface MadeOfConfig {
  readonly envFile?: readonly string[] | undefined;
  readonly failOn?: readonly string[] | undefined;
  readonly report?: ReadonlyMap<string, string> | undefined;
  readonly tag?: ReadonlyMap<string, string> | undefined;
}

const TABLE: Options<CliConfig, never, MadeOfConfig> = options<CliConfig, never, MadeOfConfig>({
  team: named("name the file of a team"),
  db: named("name a file, or the address of a PostgreSQL database"),
  envFile: oneOrMore<string>(isText, "name files"),
  prices: named("name a JSON file"),
  failOn: oneOrMore<string>(isText, 'give "hold", "SUBJECT=VALUE" or "severity>=high"'),
  report: byName(named("name a file"), 'give files by formats: { md: "report.md" }'),
  budget: number(0, Number.MAX_VALUE, "give US dollars, 0 or more"),
  deadline: named('give a time: "5m"'),
  timeout: named('give a time: "30s"'),
  concurrency: integer(1),
  tenant: named("give a name"),
  tag: byName(text("give a text"), 'give texts by names: { branch: "main" }'),
});

/** What a file exported, looked at; `where` is the file. Throws `BAD_OPTIONS` for what is no such thing. */
export function takeConfig(given: unknown, where: string): Config {
  const { envFile, ...rest } = TABLE.of(given, where);
  const values = Object.entries(rest).map(([name, value]) => [name, textsOf(value)] as const);
  return {
    file: where,
    ...(rest.team !== undefined && { team: rest.team }),
    envFile: envFile ?? [],
    flags: new Map(values.filter(([name]) => name !== "team")),
  };
}

/** A configuration as the command line goes by it. */
export interface Config {
  readonly file: string;
  readonly team?: string;
  readonly envFile: readonly string[];
  /** By what an option is called in code: what would stand behind its flag, each time that it is given. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
}

function textsOf(value: Checked<typeof TABLE>[keyof CliConfig]): readonly string[] {
  if (value instanceof Map) return [...value].map(([name, one]) => `${name}=${one}`);
  return Array.isArray(value) ? (value as readonly string[]) : [String(value)];
}

import { accessSync, constants, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { describeThrown } from "../model/errors.ts";
import { DEFAULT_DATABASE, isAddress, shownPlace, withDatabase } from "./database.ts";
import { EXIT } from "./exit-code.ts";
import { configFile } from "./find-config.ts";
import type { Backend } from "../index.ts";
import type { AttemptQueue, PostgresBackend } from "../postgres/index.ts";
import { CALLED_IN, givenPath } from "./given-path.ts";
import { CODING_PROGRAMS, isSet, KEYS, loginOf, programOnPath } from "./installed-agents.ts";
import { installedVersion } from "./installed-package.ts";
import { loadTeam } from "./load-team.ts";
import { count } from "../report/quantities.ts";
import { safeJson, safeText } from "./safe-text.ts";
import type { Style, Terminal } from "./terminal.ts";
import { wrap } from "./wrap.ts";

export interface DoctorFlags {
  readonly db?: string;
  readonly json?: boolean;
}

/** `wrong`: commands would fail; `missing`: only what needs it would. */
type Health = "ok" | "missing" | "wrong";

interface HealthCheck {
  readonly about:
    | "node"
    | "package"
    | "agent"
    | "key"
    | "database"
    | "queue"
    | "folder"
    | "config"
    | "team";
  readonly name: string;
  readonly health: Health;
  readonly detail: string;
}

/** The oldest Node that runs quorate; `main.ts` has refused what is older. */
const NEEDS = "22.18 or newer";

const PEERS = [
  { name: "ai", what: "models: quorate/ai-sdk" },
  { name: "execa", what: "programs and coding agents: quorate/command" },
  { name: "hono", what: "the server: quorate serve, quorate/server" },
  { name: "@hono/node-server", what: "the server: quorate serve" },
  { name: "ajv", what: "the server: quorate serve, quorate/server" },
  { name: "pg", what: "PostgreSQL: --db postgres://…, quorate/postgres" },
  { name: "@opentelemetry/api", what: "tracing: quorate/otel" },
  { name: "@pydantic/genai-prices", what: "prices: quorate/prices" },
  { name: "@modelcontextprotocol/server", what: "teams as tools: quorate mcp, quorate serve" },
  { name: "@a2a-js/sdk", what: "A2A: quorate/a2a, quorate serve" },
] as const;

/**
 * `quorate doctor`: what quorate finds where it is called. Asks no agent, sends nothing, and of keys and logins only looks whether they are there. Gives the
 * exit code: 1 where something is wrong.
 */
export async function doctorCommand(
  team: string | undefined,
  flags: DoctorFlags,
  screen: Terminal,
): Promise<number> {
  const found = [
    { about: "node", name: "Node", health: "ok", detail: `${process.version}; it needs ${NEEDS}` },
    ...PEERS.map(peer),
    ...CODING_PROGRAMS.map(codingAgent),
    keys(),
    ...(await database(flags.db)),
    folder("this folder", CALLED_IN),
    folder("the folder for temporary files", tmpdir()),
    ...configuration(),
    ...(team === undefined ? [] : [await teamOf(team)]),
  ] as const satisfies readonly HealthCheck[];
  if (flags.json === true) screen.print(safeJson(found, 2));
  else screen.print(...found.flatMap((one) => lines(one, screen)));
  return found.some(({ health }) => health === "wrong") ? EXIT.failed : EXIT.ok;
}

function peer({ name, what }: (typeof PEERS)[number]): HealthCheck {
  const version = installedVersion(name, CALLED_IN);
  return version === undefined
    ? { about: "package", name, health: "missing", detail: `npm install ${name}, for ${what}` }
    : { about: "package", name, health: "ok", detail: `${version}, for ${what}` };
}

function codingAgent(program: (typeof CODING_PROGRAMS)[number]): HealthCheck {
  const { name, install, keys } = program;
  const base = { about: "agent", name } as const;
  const path = programOnPath(name);
  if (path === undefined) return { ...base, health: "missing", detail: install };
  const login = loginOf(program);
  return login === undefined
    ? { ...base, health: "missing", detail: `${path}; no login is seen: set ${keys[0]}, or log in` }
    : { ...base, health: "ok", detail: `${path}, by ${login}` };
}

function keys(): HealthCheck {
  const set = KEYS.filter(isSet);
  return set.length === 0
    ? { about: "key", name: "keys", health: "missing", detail: `none is set of ${KEYS.join(", ")}` }
    : { about: "key", name: "keys", health: "ok", detail: set.join(", ") };
}

/** One that says what there is not has refused the command. */
function configuration(): readonly HealthCheck[] {
  const name = configFile();
  const detail = "is read by commands that take a team";
  return name === undefined ? [] : [{ about: "config", name, health: "ok", detail }];
}

async function database(wanted: string | undefined): Promise<readonly HealthCheck[]> {
  const file = wanted ?? DEFAULT_DATABASE;
  const base = { about: "database", name: shownPlace(file) } as const;
  if (!isAddress(file) && !existsSync(givenPath(file))) {
    const place = dirname(givenPath(file));
    return isWritable(place)
      ? [{ ...base, health: "ok", detail: "is not there yet; the first run makes it" }]
      : [
          {
            ...base,
            health: "wrong",
            detail: `${place} cannot be written; name another with --db`,
          },
        ];
  }
  try {
    const [runs, queues] = await withDatabase(file, async (store, backend) => [
      await store.runs({ limit: 1_000 }),
      await queuesIn(backend),
    ]);
    const open = runs.filter(({ status }) => status === "interrupted").length;
    const many = runs.length === 1_000 ? "1,000 runs or more" : count(runs.length, "run");
    const detail = `${many}, ${open} interrupted`;
    const found: HealthCheck =
      isAddress(file) || isWritable(givenPath(file))
        ? { ...base, health: "ok", detail }
        : { ...base, health: "wrong", detail: `${detail}; it cannot be written` };
    return [found, ...queues.map(queue)];
  } catch (error) {
    return [{ ...base, health: "wrong", detail: describeThrown(error) }];
  }
}

/** Those of a backend that reaches other processes. */
async function queuesIn(backend: Backend): Promise<readonly AttemptQueue[]> {
  return "attemptQueues" in backend ? (backend as PostgresBackend).attemptQueues() : [];
}

/** An agent that is elsewhere. */
function queue({ team, agent, version, queued, atWork, workers }: AttemptQueue): HealthCheck {
  const name = `${agent} of ${team}${version === undefined ? "" : `, version ${version}`}`;
  const wait = `${count(queued, "attempt")} wait, ${atWork} at work`;
  return {
    about: "queue",
    name,
    health: workers > 0 || queued === 0 ? "ok" : "wrong",
    detail:
      workers > 0
        ? `${wait}, ${count(workers, "process takes", "processes take")} them`
        : `${wait}, and no process takes them; start one: quorate worker TEAM --agents ${agent}`,
  };
}

function folder(name: string, path: string): HealthCheck {
  return isWritable(path)
    ? { about: "folder", name, health: "ok", detail: `${path} can be written` }
    : { about: "folder", name, health: "wrong", detail: `${path} cannot be written` };
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function teamOf(file: string): Promise<HealthCheck> {
  try {
    const { name, agents } = await loadTeam(file);
    const names = Object.keys(agents).join(", ");
    return { about: "team", name: file, health: "ok", detail: `${name}, with ${names}` };
  } catch (error) {
    return { about: "team", name: file, health: "wrong", detail: describeThrown(error) };
  }
}

const STYLES: Readonly<Record<Health, Style>> = { ok: "good", missing: "quiet", wrong: "bad" };
const WORDS: Readonly<Record<Health, string>> = {
  ok: "ok     ",
  missing: "missing",
  wrong: "wrong  ",
};

function lines({ name, health, detail }: HealthCheck, screen: Terminal): string[] {
  const text = `${safeText(name)}: ${safeText(detail)}`;
  const [first = "", ...rest] = wrap(text, screen.columns - 9);
  return [
    `${screen.style(STYLES[health], WORDS[health])}  ${first}`,
    ...rest.map((line) => `         ${line}`),
  ];
}

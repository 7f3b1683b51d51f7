import { accessSync, constants, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { describeThrown } from "../../model/errors.ts";
import {
  DEFAULT_DATABASE,
  isAddress,
  isWrongAddress,
  shownPlace,
  withDatabase,
} from "../given/database.ts";
import { EXIT } from "../exit-code.ts";
import { configFile } from "../given/find-config.ts";
import type { Backend } from "../../index.ts";
import type { AttemptQueue, PostgresBackend } from "../../postgres/index.ts";
import { ACP_NAMES, acpCall, installedAcpPrograms } from "../init/acp-programs.ts";
import { CALLED_IN, givenPath } from "../given/given-path.ts";
import { CODING_PROGRAMS, isSet, KEYS, loginOf, programOnPath } from "../init/installed-agents.ts";
import { installedVersion } from "../init/installed-package.ts";
import { loadTeam } from "../given/load-team.ts";
import { isEnqueued } from "../../store/run-query.ts";
import { count } from "../../report/quantities.ts";
import { needOf, OPTIONAL_PACKAGES, type OptionalPackage } from "../optional-packages.ts";
import { lineOf, neededLine } from "../package-version.ts";
import { safeJson, safeText } from "../shown/safe-text.ts";
import type { Style, Terminal } from "../shown/terminal.ts";
import { wrap } from "../shown/wrap.ts";

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
    ...OPTIONAL_PACKAGES.map(optional),
    ...CODING_PROGRAMS.map(codingAgent),
    ...acpAgents(),
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

function optional(one: OptionalPackage): HealthCheck {
  const { name } = one;
  const version = installedVersion(name, CALLED_IN);
  const base = { about: "package", name } as const;
  const line = neededLine(name);
  const install = `npm install ${name}@${line}, for ${needOf(one)}`;
  if (version === undefined) return { ...base, health: "missing", detail: install };
  return lineOf(version) === line
    ? { ...base, health: "ok", detail: `${version}, for ${needOf(one)}` }
    : { ...base, health: "wrong", detail: `${version} does not fit; ${install}` };
}

function codingAgent(program: (typeof CODING_PROGRAMS)[number]): HealthCheck {
  const { name, install, keys } = program;
  const base = { about: "agent", name } as const;
  const path = programOnPath(name);
  if (path === undefined) return { ...base, health: "missing", detail: install };
  const login = loginOf(program);
  return login === undefined
    ? { ...base, health: "missing", detail: `${path}; no login found: set ${keys[0]}, or log in` }
    : { ...base, health: "ok", detail: `${path}, by ${login}` };
}

/** Of these nobody can see whether somebody is logged in without starting them. */
function acpAgents(): readonly HealthCheck[] {
  const found = installedAcpPrograms();
  return found.length === 0
    ? [
        {
          about: "agent",
          name: "others that speak ACP",
          health: "missing",
          detail: `found none of ${ACP_NAMES.join(", ")}`,
        },
      ]
    : found.map((program) => ({
        about: "agent",
        name: program.command,
        health: "ok",
        detail: `${program.path}, by ${acpCall(program)} of quorate/acp; its login is not checked`,
      }));
}

function keys(): HealthCheck {
  const set = KEYS.filter(isSet);
  return set.length === 0
    ? {
        about: "key",
        name: "keys",
        health: "missing",
        detail: `none of these is set: ${KEYS.join(", ")}`,
      }
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
  if (isWrongAddress(file)) {
    const detail = "is no file, and no address such as postgres://user@host:5432/name";
    return [{ ...base, health: "wrong", detail }];
  }
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
    const queued = runs.filter(isEnqueued).length;
    const open = runs.filter(({ status }) => status === "interrupted").length - queued;
    const many = runs.length === 1_000 ? "1,000 runs or more" : count(runs.length, "run");
    const detail = `${many}, ${open} interrupted${queued === 0 ? "" : `, ${queued} queued`}`;
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
  ok: "ok      ",
  // Whatever is missing is something that a team may need, or not.
  missing: "optional",
  wrong: "wrong   ",
};

function lines({ name, health, detail }: HealthCheck, screen: Terminal): string[] {
  const text = `${safeText(name)}: ${safeText(detail)}`;
  const [first = "", ...rest] = wrap(text, screen.columns - 10);
  return [
    `${screen.style(STYLES[health], WORDS[health])}  ${first}`,
    ...rest.map((line) => `          ${line}`),
  ];
}

import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline/promises";
import { describeThrown, QuorateError } from "../../model/errors.ts";
import { installedAcpPrograms } from "./acp-programs.ts";
import { CALLED_IN, givenPath } from "../given/given-path.ts";
import { firstRun, initFiles } from "./init-files.ts";
import {
  ASKED_IN_WORDS,
  INSTALLING,
  TEMPLATE_WORDS,
  TEMPLATES,
  WORKFLOW,
  type InitPlan,
  type PackageManager,
  type PlannedCodingAgent,
  type Template,
} from "./init-plan.ts";
import {
  CODING_PROGRAMS,
  isSet,
  KEYS,
  loginOf,
  programOnPath,
  type CodingProgram,
} from "./installed-agents.ts";
import { ignoreDatabase } from "./init-ignore.ts";
import { above, belowRoot, compilerNote } from "./init-place.ts";
import { installedVersion, manifestOf } from "./installed-package.ts";
import { commandName } from "../command-name.ts";
import { packageVersion } from "../package-version.ts";
import { shellPath } from "../shown/shell-word.ts";
import type { Terminal } from "../shown/terminal.ts";
import { pad, wrap } from "../shown/wrap.ts";

export interface InitFlags {
  readonly template?: Template;
  readonly yes?: boolean;
}

/**
 * `quorate init`: writes a team and what belongs to it into `folder`, as it was named, which is made where it is not there; into the folder where it is
 * called where none is named. Gives the exit code. What is there already stays as it is.
 */
export async function initCommand(
  folder: string | undefined,
  flags: InitFlags,
  screen: Terminal,
): Promise<number> {
  const place = folder === undefined ? CALLED_IN : givenPath(folder);
  const manifest = packageManifest(place);
  const template = flags.template ?? (await chosen(flags, screen));
  const plan = planFor(template, manifest, place);
  for (const line of found(plan)) screen.print(line);
  screen.print("");
  await makeFolder(place);
  for (const { path, text } of initFiles(plan)) {
    const isNew = await writeNew(join(place, path), text);
    screen.print(isNew ? `wrote  ${path}` : `kept   ${path}, which is there already`);
  }
  screen.print(await completeManifest(manifest, plan, place));
  screen.print(await ignoreDatabase(place));
  for (const note of notesOn(plan, place)) screen.print(...wrap(note, screen.columns));
  const runs = `${commandName()} ${firstRun(plan).replace(/^quorate /, "")}`;
  const isInstalled = installedVersion("quorate", place) !== undefined;
  screen.print(
    "",
    "Next:",
    ...(place === CALLED_IN ? [] : [`  cd ${shellPath(place)}`]),
    ...(isInstalled ? [] : [`  ${INSTALLING[plan.packageManager].all}`]),
    `  ${isInstalled ? runs : runs.replace(/^quorate /, "npx quorate ")}`,
    `  node --test ${template}.test.${plan.ending}`,
  );
  return 0;
}

/** What has to be done by hand so that all of it works. */
function notesOn({ template, ending, below }: InitPlan, place: string): readonly string[] {
  const moved =
    below === undefined || ASKED_IN_WORDS.has(template)
      ? []
      : [
          `this is no root of a repository: GitHub runs ${WORKFLOW} only once it is moved to ${below.root}/${WORKFLOW}`,
        ];
  const told = compilerNote(place, `${template}.test.${ending}`);
  return told === undefined ? moved : [...moved, told];
}

async function makeFolder(place: string): Promise<void> {
  try {
    await mkdir(place, { recursive: true });
  } catch (error) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `The folder ${place} cannot be made: ${describeThrown(error)}; name another.`,
      { cause: error },
    );
  }
}

async function chosen({ yes = false }: InitFlags, screen: Terminal): Promise<Template> {
  if (yes || !process.stdin.isTTY || !screen.live) return "gate";
  using asking = createInterface({ input: process.stdin, output: process.stdout });
  const widest = Math.max(...TEMPLATES.map((one) => one.length));
  screen.print(...TEMPLATES.map((one) => `  ${pad(one, widest)}  ${TEMPLATE_WORDS[one]}`));
  const answer = (await asking.question(`Which team (${TEMPLATES.join(", ")})? [gate] `)).trim();
  const template = TEMPLATES.find((one) => one === (answer === "" ? "gate" : answer));
  if (template !== undefined) return template;
  throw new QuorateError(
    "BAD_OPTIONS",
    `There is no template of that name; choose ${TEMPLATES.join(", ")}.`,
  );
}

type Manifest = Readonly<Record<string, unknown>>;

const manifestIn = (place: string): string => join(place, "package.json");

function packageManifest(place: string): Manifest | undefined {
  const file = manifestIn(place);
  if (!existsSync(file)) return undefined;
  const manifest = manifestOf(file);
  if (manifest !== undefined) return manifest;
  throw new QuorateError(
    "BAD_OPTIONS",
    "package.json cannot be read as a JSON object; mend it first.",
  );
}

function planFor(template: Template, manifest: Manifest | undefined, place: string): InitPlan {
  // A program that nobody is logged in to, or that nothing can start, would fail in every run.
  const canStart = installedVersion("execa", place) !== undefined;
  const codingAgent = canStart
    ? CODING_PROGRAMS.find(
        (one) => programOnPath(one.name) !== undefined && loginOf(one) !== undefined,
      )
    : undefined;
  const [acpProgram] = installedAcpPrograms();
  const packageManager = packageManagerOf(manifest, place);
  const below = belowRoot(place, packageManager);
  return {
    template,
    ending: manifest === undefined || manifest["type"] === "module" ? "ts" : "mts",
    packageManager,
    ...(below !== undefined && { below }),
    ...(codingAgent !== undefined && { codingAgent: planned(codingAgent) }),
    ...(codingAgent === undefined && acpProgram !== undefined && { acpProgram }),
  };
}

function planned({ name, install, keys }: CodingProgram): PlannedCodingAgent {
  return {
    name,
    install,
    secret: keys.find(isSet) ?? keys[0],
    byAccount: name === "claude" && !isSet("ANTHROPIC_API_KEY"),
  };
}

const LOCKFILES: Readonly<Record<string, PackageManager>> = {
  "pnpm-lock.yaml": "pnpm",
  "yarn.lock": "yarn",
  "bun.lock": "bun",
  "bun.lockb": "bun",
  "package-lock.json": "npm",
};

/** What the package says, what its lockfile says, what this command was started by. */
function packageManagerOf(manifest: Manifest | undefined, place: string): PackageManager {
  const names = ["npm", "pnpm", "yarn", "bun"] as const;
  const said = String(manifest?.["packageManager"] ?? "").split("@", 1)[0];
  // That of a monorepo is at its root.
  const root = above(place, ".git") ?? place;
  const lockfile = [place, root].flatMap((folder) =>
    Object.keys(LOCKFILES).filter((file) => existsSync(join(folder, file))),
  )[0];
  const agent = (process.env["npm_config_user_agent"] ?? "").split("/", 1)[0];
  return (
    names.find((name) => name === said) ??
    LOCKFILES[lockfile ?? ""] ??
    names.find((name) => name === agent) ??
    "npm"
  );
}

function found({ codingAgent, packageManager }: InitPlan): readonly string[] {
  const programs = CODING_PROGRAMS.filter(({ name }) => programOnPath(name) !== undefined);
  const speaking = installedAcpPrograms().map(({ command }) => `${command} (by ACP)`);
  const keys = KEYS.filter(isSet);
  const names = [...programs.map(({ name }) => name), ...speaking].join(", ");
  return [
    `Node ${process.version}, ${packageManager}`,
    `coding agents: ${names === "" ? "none" : names}${codingAgent === undefined ? "" : `; the team asks ${codingAgent.name}`}`,
    `keys: ${keys.length === 0 ? "none" : keys.join(", ")}`,
  ];
}

/** Whether the file was written: one that is there is nobody's to replace. */
async function writeNew(file: string, text: string): Promise<boolean> {
  if (existsSync(file)) return false;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: "wx" });
    return true;
  } catch (error) {
    throw new QuorateError("BAD_OPTIONS", `${file} cannot be written: ${describeThrown(error)}.`, {
      cause: error,
    });
  }
}

/** Makes package.json, or adds what it lacks: the packages that the team needs, and a script. Nothing that it says is changed. */
async function completeManifest(
  manifest: Manifest | undefined,
  plan: InitPlan,
  place: string,
): Promise<string> {
  const file = manifestIn(place);
  const script = firstRun(plan);
  const needed = {
    quorate: `^${packageVersion()}`,
    // What starts the coding agent.
    ...(plan.codingAgent !== undefined && { execa: `^${installedVersion("execa", place)}` }),
  };
  if (manifest === undefined) {
    const made = {
      private: true,
      type: "module",
      scripts: { [plan.template]: script },
      dependencies: needed,
    };
    await writeNew(file, `${JSON.stringify(made, undefined, 2)}\n`);
    return "wrote  package.json";
  }
  const scripts = membersOf(manifest["scripts"]);
  const isListed = (name: string): boolean =>
    ["dependencies", "devDependencies"].some((kind) =>
      Object.hasOwn(membersOf(manifest[kind]), name),
    );
  const unlisted = Object.entries(needed).filter(([name]) => !isListed(name));
  const isScripted = Object.hasOwn(scripts, plan.template);
  if (unlisted.length === 0 && isScripted) return "kept   package.json";
  const text = await readFile(file, "utf8");
  const indent = /^[ \t]+(?=")/m.exec(text)?.[0] ?? "  ";
  const more = {
    ...manifest,
    scripts: { ...scripts, ...(!isScripted && { [plan.template]: script }) },
    ...(unlisted.length > 0 && {
      dependencies: { ...membersOf(manifest["dependencies"]), ...Object.fromEntries(unlisted) },
    }),
  };
  const made = `${JSON.stringify(more, undefined, indent)}\n`;
  await writeFile(file, text.includes("\r\n") ? made.replaceAll("\n", "\r\n") : made);
  const added = [
    ...(isScripted ? [] : [`the script ${plan.template}`]),
    ...unlisted.map(([name]) => `the dependency ${name}`),
  ];
  return `added  ${added.join(" and ")} to package.json`;
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

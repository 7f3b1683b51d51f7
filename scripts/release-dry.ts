// Does all of a release except publishing, and says what is missing for it.
//
//   npm run release:dry               packs, installs and runs the package on every runtime, and prints what would be published
//   npm run release:dry -- --strict   also ends with 1 if something is missing
//   npm run release:dry -- node-24    on this runtime only

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ADDRESSES } from "../src/cli/addresses.ts";
import { installFolder } from "./install-folder.ts";

const root = resolve(import.meta.dirname, "..");
const runtimes = join(root, "test/runtimes/node_modules");

/** How a runtime runs a file, and what installs packages for it. */
interface Runtime {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly install: readonly [string, ...string[]];
}

const NPM = [
  "npm",
  "install",
  "--prefer-offline",
  "--no-audit",
  "--no-fund",
  "--loglevel=error",
] as const;

const RUNTIMES: readonly Runtime[] = [
  { name: "node-22", command: [join(runtimes, "node-22/bin/node")], install: NPM },
  { name: "node-24", command: [join(runtimes, "node-24/bin/node")], install: NPM },
  { name: "node-26", command: [process.execPath], install: NPM },
  {
    name: "bun",
    command: [join(runtimes, ".bin/bun")],
    install: [join(runtimes, ".bin/bun"), "add", "--silent"],
  },
  {
    name: "deno",
    command: [join(runtimes, ".bin/deno"), "run", "--allow-all", "--quiet"],
    install: NPM,
  },
];

/** The other packages that the README's programs need. */
const BESIDE = ["ai@7", "@ai-sdk/anthropic", "execa", "zod"];

interface Tarball {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  [command, ...args]: readonly [string, ...string[]],
  cwd: string,
  runtime?: Runtime,
): Ran {
  const { PATH = "", HOME = "", TMPDIR = "" } = process.env;
  const own = runtime === undefined ? [] : [dirname(runtime.command[0])];
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: {
      ...Object.fromEntries(
        Object.entries(process.env).filter(([name]) =>
          /^npm_config_|^NPM_CONFIG_|_proxy$/i.test(name),
        ),
      ),
      PATH: [...own, PATH].join(delimiter),
      HOME,
      ...(TMPDIR !== "" && { TMPDIR }),
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
    },
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  return { status, stdout: stdout ?? "", stderr: `${stderr ?? ""}${error?.message ?? ""}` };
}

function needed(ran: Ran, what: string): Ran {
  if (ran.status === 0) return ran;
  throw new Error(`${what} ended with ${ran.status}: ${ran.stderr.trim() || ran.stdout.trim()}`);
}

function pack(folder: string, into: string): Tarball {
  const ran = needed(
    run(["npm", "pack", "--json", "--ignore-scripts", "--pack-destination", into], folder),
    `npm pack in ${folder}`,
  );
  const [tarball] = JSON.parse(ran.stdout) as readonly Tarball[];
  if (tarball === undefined) throw new Error("npm pack packed nothing");
  return tarball;
}

/** The README's programs, one in each TypeScript block: the first needs no key, the second asks models. */
function readmePrograms(): readonly [first: string, models: string] {
  const text = readFileSync(join(root, "README.md"), "utf8");
  const [first, models, ...more] = [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(
    ([, code = ""]) => code,
  );
  if (first === undefined || models === undefined || more.length > 0)
    throw new Error("the README does not have two programs");
  return [first, models];
}

/** What the README's first program prints, according to the README. */
function promised(): string {
  const text = readFileSync(join(root, "README.md"), "utf8");
  const said = /^\/\/ ("hold" is held by .*) …$/m.exec(text)?.[1];
  if (said === undefined) throw new Error("the README does not say what its first program prints");
  return said;
}

/** The faults of the package on a runtime, in an empty project. */
function faultsOn(runtime: Runtime, tarball: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), `quorate-release-${runtime.name}-`));
  try {
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "empty", private: true }));
    needed(run([...runtime.install, tarball, ...BESIDE], folder), `installing for ${runtime.name}`);
    const [first, models] = readmePrograms();
    writeFileSync(join(folder, "first.mts"), first);
    writeFileSync(join(folder, "models.mts"), models);
    writeFileSync(join(folder, "team.mts"), TEAM);
    const faults: string[] = [];
    const ran = run([...runtime.command, "first.mts"], folder, runtime);
    if (ran.status !== 0 || !ran.stdout.includes(promised())) {
      faults.push(
        `the README's first program ended with ${ran.status}: ${ran.stderr || ran.stdout}`,
      );
    }
    // Without a key each agent fails with a sentence that names the variable.
    const keyless = run([...runtime.command, "models.mts"], folder, runtime);
    if (keyless.status !== 0 || !keyless.stdout.includes("ANTHROPIC_API_KEY")) {
      faults.push(
        `the README's second program ended with ${keyless.status}: ${keyless.stderr || keyless.stdout}`,
      );
    }
    const quorate = (...args: readonly string[]): Ran =>
      run([...runtime.command, "node_modules/quorate/dist/cli/main.js", ...args], folder, runtime);
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      version: string;
    };
    const told = quorate("--version");
    if (told.stdout.trim() !== version)
      faults.push(`quorate --version prints ${told.stdout || told.stderr}`);
    const gate = quorate("run", "team.mts", "--input", '{"lines":400}');
    if (gate.status !== 4)
      faults.push(`quorate run ended with ${gate.status} and not 4: ${gate.stderr}`);
    const shown = quorate("explain", "latest");
    if (shown.status !== 0 || !shown.stdout.includes("hold"))
      faults.push(`quorate explain: ${shown.stderr}`);
    return faults;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const TEAM = `
import { agent, supervisor } from "quorate";
const says = (name: string, holdFrom: number) =>
  agent({ name, run: async ({ lines }: { lines: number }) => ({ recommendation: lines > holdFrom ? "hold" : "ship" }) });
export default supervisor({
  name: "gate",
  agents: { ann: says("ann", 100), bob: says("bob", 300), cy: says("cy", 500) },
  gate: { pass: ["ship"] },
});
`;

/** What a person must do before the package can be published. */
function missing(version: string): readonly string[] {
  const changelog = readFileSync(join(root, "CHANGELOG.md"), "utf8");
  const [heading = ""] = /^## \[.*$/m.exec(changelog) ?? [];
  const changed = run(["git", "status", "--porcelain"], root);
  return [
    ...(ADDRESSES.repository === undefined
      ? [
          "src/cli/addresses.ts has no repository: package.json has no repository, homepage and bugs, and there can be no provenance",
        ]
      : []),
    ...(ADDRESSES.docs === undefined
      ? ["src/cli/addresses.ts has no address of the documentation"]
      : []),
    ...(heading.includes(`[${version}]`)
      ? []
      : [`the first heading of CHANGELOG.md is "${heading}" and not [${version}]`]),
    ...(heading.includes("not released")
      ? [`CHANGELOG.md says that ${version} is not released: write its date`]
      : []),
    ...(changed.status === 0 && changed.stdout !== ""
      ? ["there are changes that are not committed"]
      : []),
  ];
}

function main(): void {
  const { values, positionals } = parseArgs({
    options: { strict: { type: "boolean" } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !RUNTIMES.some((one) => one.name === name));
  if (unknown.length > 0) {
    const names = RUNTIMES.map(({ name }) => name).join(", ");
    console.error(`There is no runtime called ${unknown.join(", ")}; there are ${names}.`);
    process.exitCode = 2;
    return;
  }
  if (!installFolder(join(root, "test/runtimes"))) return;
  const work = mkdtempSync(join(tmpdir(), "quorate-release-"));
  try {
    const tarball = pack(root, work);
    const create = pack(join(root, "create-quorate"), work);
    const sbom = needed(
      run(["npm", "sbom", "--sbom-format", "cyclonedx", "--omit", "dev"], root),
      "npm sbom",
    );
    const { components } = JSON.parse(sbom.stdout) as { readonly components: readonly unknown[] };
    mkdirSync(join(root, ".cache"), { recursive: true });
    writeFileSync(join(root, ".cache/sbom.cdx.json"), sbom.stdout);
    for (const { name, version, size, unpackedSize, files } of [tarball, create]) {
      console.log(
        `${name} ${version}: ${files.length} files, ${kB(size)} packed, ${kB(unpackedSize)} unpacked`,
      );
    }
    const folders = Map.groupBy(tarball.files, ({ path }) =>
      path.includes("/") ? `${path.split("/")[0]}/` : path,
    );
    for (const [folder, files] of folders) console.log(`  ${folder.padEnd(26)} ${files.length}`);
    console.log(`parts: ${components.length} packages, in .cache/sbom.cdx.json`);
    let failed = 0;
    for (const runtime of RUNTIMES) {
      if (positionals.length > 0 && !positionals.includes(runtime.name)) continue;
      const from = performance.now();
      const faults = faultsOn(runtime, join(work, tarball.filename));
      const seconds = ((performance.now() - from) / 1000).toFixed(1);
      console.log(
        `${faults.length === 0 ? "ok    " : "FAILED"}  ${runtime.name.padEnd(8)} ${seconds.padStart(5)} s`,
      );
      for (const fault of faults) console.log(fault.trimEnd().replace(/^/gm, "    "));
      failed += faults.length;
    }
    const open = missing(tarball.version);
    if (open.length > 0)
      console.log(
        [
          "To be done before it is published (RELEASING.md):",
          ...open.map((one) => `- ${one}`),
        ].join("\n"),
      );
    else console.log("Nothing is missing: tag the version, and the workflow publishes it.");
    if (failed > 0 || (values.strict === true && open.length > 0)) process.exitCode = 1;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function kB(bytes: number): string {
  return `${Math.round(bytes / 1000).toLocaleString("en-US")} kB`;
}

main();

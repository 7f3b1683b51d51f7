// Makes a Python environment beside the packages, with what requirements.txt lists. Where there is no Python, or nothing can be fetched,
// it says so in one line; then nothing is tried.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const here = import.meta.dirname;
const place = join(here, "node_modules", ".python");
const done = join(place, "requirements.txt");
const wanted = readFileSync(join(here, "requirements.txt"), "utf8");

function isCurrent() {
  try {
    return readFileSync(done, "utf8") === wanted;
  } catch {
    return false;
  }
}

function run(command, ...args) {
  const { status, error, stderr } = spawnSync(command, args, { encoding: "utf8" });
  return status === 0 ? undefined : (error?.message ?? stderr.trim().split("\n").at(-1));
}

if (!isCurrent()) {
  rmSync(place, { recursive: true, force: true });
  mkdirSync(join(here, "node_modules"), { recursive: true });
  const python = join(place, "bin", "python");
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
  const why =
    run("python3", "-m", "venv", place) ?? run(python, ...pip, join(here, "requirements.txt"));
  if (why === undefined) {
    writeFileSync(done, wanted);
  } else {
    rmSync(place, { recursive: true, force: true });
    console.error(`a2a: not tried, since Python's packages cannot be installed (${why})`);
  }
}

// A program that does what its first argument says; a test starts it in place of a tool.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { text } from "node:stream/consumers";

const [, , act = "", ...args] = process.argv;
const [first = ""] = args;

const forEver = (): void => void setInterval(() => {}, 60_000);

/** Tells the test which processes there are, one id a line. */
const tell = (file: string, pid = process.pid): void => appendFileSync(file, `${pid}\n`);

const acts: Readonly<Record<string, () => unknown>> = {
  echo: async () => process.stdout.write(await text(process.stdin)),
  arguments: () => console.log(JSON.stringify(args)),
  environment: () => console.log(JSON.stringify(process.env)),
  folder: () => console.log(process.cwd()),
  print: () => process.stdout.write(first),
  exit() {
    process.stdout.write(args[1] ?? "");
    process.stderr.write(args[2] ?? "");
    process.exitCode = Number(first);
  },
  "kill itself": () => process.kill(process.pid, "SIGKILL"),
  hang() {
    tell(first);
    forEver();
  },
  "be deaf"() {
    process.on("SIGTERM", () => {});
    tell(first);
    forEver();
  },
  /** A grandchild that listens to nobody, and a program that stops when it is told to. */
  async fork() {
    spawn(process.execPath, [import.meta.filename, "be deaf", first], { stdio: "ignore" });
    await sleep(10);
    tell(first);
    forEver();
  },
  /** A grandchild that has the program's own standard output, and a program that is done. */
  "leave behind"() {
    const left = spawn(process.execPath, [import.meta.filename, "hang", first], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    left.unref();
    process.stdout.write("done");
  },
  /** As before, but in a process group that nobody knows. */
  "leave a daemon"() {
    const left = spawn(process.execPath, [import.meta.filename, "hang", first], {
      stdio: ["ignore", "inherit", "inherit"],
      detached: true,
    });
    if (left.pid !== undefined) tell(first, left.pid);
    left.unref();
    process.stdout.write("done");
  },
  async flood() {
    tell(args[1] ?? "");
    process.on("SIGTERM", () => {});
    const stream = first === "stderr" ? process.stderr : process.stdout;
    const mebibyte = Buffer.alloc(1024 * 1024, "x");
    for (let written = 0; written < 1024; written++) {
      if (!stream.write(mebibyte)) await once(stream, "drain");
    }
  },
  async "read late"() {
    await sleep(15);
    process.stdout.write(String((await text(process.stdin)).length));
  },
  "close its input"() {
    process.stdin.destroy();
    process.stdout.write("answered");
  },
  async write() {
    writeFileSync("made-here.txt", await text(process.stdin));
    process.stdout.write(process.cwd());
  },
  /** Answers half a document, and the whole of it to whoever says what was wrong. */
  async mend() {
    const asked = await text(process.stdin);
    process.stdout.write(asked.includes("refused") ? first : first.slice(0, -1));
  },
};

await acts[act]?.();

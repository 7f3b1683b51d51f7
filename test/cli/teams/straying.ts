import { execSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, writeSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { agent, supervisor } from "quorate";

/** What an agent does that nobody can catch for it, by the variable STRAY; of what begins with "import" the file itself. */
const STRAY = process.env["STRAY"] ?? "";

const rejecting = (reason: unknown): void => void Promise.reject(reason);
const hostile = {
  get message(): string {
    throw new Error("hidden");
  },
};

const hides = (): never => {
  throw new Error("hidden");
};
const unlookable: unknown = new Proxy(
  {},
  {
    get: hides,
    has: hides,
    getPrototypeOf: hides,
    ownKeys: hides,
    getOwnPropertyDescriptor: hides,
  },
);

interface Task {
  readonly token: string;
}

/** Also where it looks like a place in a stack. */
const secretly = (token: string): string => `401 for ${token} (/${token}:7)\n    at /${token}:8`;

const deeds: Readonly<Record<string, (signal: AbortSignal, task: Task) => unknown>> = {
  rejects: () => rejecting(new Error("left \u001b[31mred\u001b[0m\u0007 behind")),
  "rejects twice": () => [rejecting(new Error("the first")), rejecting(new Error("the second"))],
  "rejects with nothing": () => rejecting(undefined),
  "rejects with a hostile object": () => rejecting(Object.freeze(hostile)),
  "throws what cannot be looked at": () =>
    setTimeout(() => {
      throw unlookable;
    }, 1),
  "throws in a timer": () =>
    setTimeout(() => {
      throw new Error("too late");
    }, 1),
  "throws in an abort listener": (signal) => {
    signal.addEventListener("abort", () => {
      throw new Error("heard too much");
    });
    process.kill(process.pid, "SIGTERM");
    return once(signal, "abort");
  },
  "throws in a worker thread": () =>
    new Promise((resolve) => {
      // Without a listener of its own for errors.
      new Worker("throw new Error('in a thread')", { eval: true }).on("exit", resolve);
    }),
  exits: () => process.exit(0),
  "exits with what cannot be looked at": () => process.exit(unlookable as number),
  "exits and catches that": () => {
    try {
      process.exit(7);
    } catch {
      // Whatever it was.
    }
  },
  "exits in a signal handler": () => {
    process.once("SIGUSR2", () => process.exit(0));
    process.kill(process.pid, "SIGUSR2");
  },
  "listens itself": () => {
    process.on("uncaughtException", () => {});
    process.on("unhandledRejection", () => {});
    rejecting(new Error("heard twice"));
  },
  "takes all listeners away": () => {
    process.removeAllListeners("uncaughtException");
    process.removeAllListeners("unhandledRejection");
    rejecting(new Error("heard by nobody"));
  },
  "sets the exit code": () => (process.exitCode = 7),
  "closes its outputs": () => {
    process.stdout.end("the end\n");
    process.stderr.end();
    closeSync(1);
    closeSync(2);
  },
  "goes elsewhere": () => process.chdir("/"),
  "says a secret in a promise": (_, { token }) => rejecting(new Error(secretly(token))),
  "says a secret in a timer": (_, { token }) =>
    setTimeout(() => {
      throw Object.assign(new Error(secretly(token)), { cause: token });
    }, 1),
  "says a secret by its exit": (_, { token }) => setTimeout(() => process.exit(token), 1),
  "says a secret in a thread": (_, { token }) => {
    const words = JSON.stringify(secretly(token));
    return new Promise((resolve) => {
      new Worker(`throw new Error(${words})`, { eval: true }).on("exit", resolve);
    });
  },
  prints: async () => {
    console.log("by console");
    process.stdout.write("by stream\n");
    writeSync(1, "by descriptor\n");
    execSync("echo by a child at once", { stdio: "inherit" });
    await once(spawn("echo", ["by a child"], { stdio: ["ignore", "inherit", 1] }), "close");
    await once(new Worker("console.log('by a thread')", { eval: true }), "exit");
  },
};

const straying = agent({
  name: "straying",
  run: async (task: Task, { signal }) => {
    await deeds[STRAY]?.(signal, task);
    // Whoever is to hear of it has time to.
    if (STRAY !== "" && STRAY !== "prints") await wait(20);
    return { recommendation: "ship" };
  },
});
const other = agent({ name: "other", run: () => ({ recommendation: "ship" }) });

if (STRAY === "import prints") console.log("at import");
if (STRAY === "import exits") process.exit(0);
if (STRAY === "import exits and catches that") {
  try {
    process.exit(0);
  } catch {
    // Whatever it was.
  }
}
if (STRAY === "import goes elsewhere") process.chdir("/");
if (STRAY === "import hangs") await new Promise(() => {});
if (STRAY === "import hangs with a timer") {
  setInterval(() => {}, 1_000);
  console.error("hanging");
  await new Promise(() => {});
}

export default supervisor({
  name: "team",
  agents: { straying, other },
  graceMs: 500,
  ...(STRAY.startsWith("says a secret") && { redact: ["token"] }),
  ...(STRAY === "routes for ever" && { route: () => new Promise<never>(() => {}) }),
});

import { readFileSync, readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/model/events.ts";
import { agent, supervisor } from "../../src/index.ts";
import { sqlite, type Codec, type SqliteStore } from "../../src/sqlite/index.ts";
import {
  answered,
  cancelled,
  finished,
  started,
  wholeRun,
} from "../../src/testing/store-contract/run-events.ts";
import { aes } from "./aes.ts";
import { tempPaths } from "./temp-folder.ts";

const tempPath = tempPaths();

const SECRET = "sk-4711-planted";
const LARGE = `${SECRET} ${"x".repeat(20_000)}`;

/** Everything that is written beside a path. */
function everything(path: string): ReadonlyMap<string, Buffer> {
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path)));
  return new Map(names.map((name) => [name, readFileSync(`${dirname(path)}/${name}`)]));
}

function rows(path: string, sql: string): readonly Readonly<Record<string, unknown>>[] {
  using db = new DatabaseSync(path);
  return db.prepare(sql).all();
}

/** A refusal in one sentence, in which nothing stands that was to be kept. */
function failure(message: RegExp): unknown {
  return expect.toSatisfy((error: Error & { readonly code: string }) => {
    expect(error).toMatchObject({ code: "STORE_FAILED" });
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^[^\n]{20,300}\.$/);
    expect(`${error.message} ${String(error.cause)}`).not.toContain("4711");
    return true;
  });
}

/** A codec of which one half can be made to do something else. */
function breakable(): Codec & { with: Partial<Record<keyof Codec, (text: string) => unknown>> } {
  const whole = aes();
  return {
    with: {},
    encode(text) {
      return (this.with.encode ?? whole.encode)(text) as string;
    },
    decode(code) {
      return (this.with.decode ?? whole.decode)(code) as string;
    },
  };
}

function fail(text: string): never {
  throw new Error(`no key for ${text} ${SECRET}`);
}

describe("a store with a codec", () => {
  const written = [
    started("run", { diff: SECRET }),
    answered("run", 2, { recommendation: SECRET }),
    answered("run", 3, LARGE),
    answered("run", 4, { text: LARGE, [SECRET]: "\ud800 \0" }),
  ];

  it("writes no word of what events say, neither to the file nor to the log beside it", async () => {
    const path = tempPath();
    await using store = sqlite({ path, codec: aes() }).store;
    await store.append(written);
    await store.append([started("other", LARGE), cancelled("other", 2)]);
    const words = [SECRET, "4711", "gate", "security", "recommendation", "the caller left", "xxxx"];
    const look = (): void => {
      for (const [name, bytes] of everything(path)) {
        for (const word of words) expect(bytes.includes(word), `${word} in ${name}`).toBe(false);
      }
    };
    expect(everything(path).get(`${basename(path)}-wal`)?.length).toBeGreaterThan(20_000);
    look();
    expect(await store.read("run")).toEqual(written);
    await store.close();
    look();
    // What was looked for is found where there is no codec.
    const plain = tempPath();
    await using other = sqlite({ path: plain }).store;
    await other.append(written);
    expect(readFileSync(`${plain}-wal`).includes(SECRET)).toBe(true);
  });

  it("leaves readable the run's id and its events' times, and how a run ended", async () => {
    const path = tempPath();
    await using store = sqlite({ path, codec: aes() }).store;
    await store.append([started("run"), answered("run", 2, LARGE), finished("run", 3)]);
    const log = rows(path, "SELECT run_id, seq, at_ms, type, body, large FROM log ORDER BY seq");
    const code = expect.stringMatching(/^\{"code":"[A-Za-z0-9+/=]+"\}$/);
    const at = (seq: number): unknown => ({
      run_id: "run",
      seq,
      at_ms: started("run").atMs - 1 + seq,
    });
    expect(log.map((row) => ({ ...row }))).toEqual([
      { ...Object(at(1)), type: null, body: code, large: null },
      {
        ...Object(at(2)),
        type: null,
        body: code,
        large: expect.stringMatching(/^\{"output":\{"code":"[A-Za-z0-9+/=]+"\}\}$/),
      },
      {
        ...Object(at(3)),
        type: "run.finished",
        body: expect.stringMatching(/^\{"type":"run.finished","code":"[A-Za-z0-9+/=]+"\}$/),
        large: null,
      },
    ]);
  });

  it("keeps equal large values once, also of a store that was opened later, under no hash of theirs", async () => {
    const path = tempPath();
    const codec = aes();
    for (const runId of ["a", "b"]) {
      await using store = sqlite({ path, codec }).store;
      await store.append([started(runId, LARGE), answered(runId, 2, LARGE)]);
    }
    const blobs = rows(path, "SELECT hash FROM blobs");
    expect(blobs).toHaveLength(1);
    const elsewhere = tempPath();
    await using plain = sqlite({ path: elsewhere }).store;
    await plain.append([started("a", LARGE)]);
    expect(blobs).not.toEqual(rows(elsewhere, "SELECT hash FROM blobs"));
    const again = tempPath();
    await using other = sqlite({ path: again, codec }).store;
    await other.append([started("a", LARGE)]);
    expect(blobs).not.toEqual(rows(again, "SELECT hash FROM blobs"));
  });

  it("forgets old runs without the key, and their large values", async () => {
    const path = tempPath();
    const codec = breakable();
    await using store = sqlite({ path, codec }).store;
    await store.append([started("ended", LARGE), answered("ended", 2), finished("ended", 3)]);
    await store.append([started("open", `${LARGE}.`)]);
    codec.with = { encode: fail, decode: fail };
    expect(await store.prune(Infinity)).toBe(1);
    codec.with = {};
    expect((await store.runs()).map(({ runId }) => runId)).toEqual(["open"]);
    expect(rows(path, "SELECT * FROM blobs")).toHaveLength(1);
  });

  it("takes whatever string the codec makes of a text", async () => {
    // Half a character, an end of string, and quotes: none of these is a text of SQLite's.
    const strange = "\ud800\0\"'\\\n";
    await using store = sqlite({
      path: tempPath(),
      codec: {
        encode: (text) => strange + text,
        decode: (code) => code.slice(strange.length),
      },
    }).store;
    await store.append([started("run", LARGE), answered("run", 2, "é😀")]);
    expect(await store.read("run")).toEqual([started("run", LARGE), answered("run", 2, "é😀")]);
  });

  it("refuses above 64 MiB of JSON as before, and takes what is just below", async () => {
    await using store = sqlite({ path: ":memory:", codec: aes() }).store;
    const text = "é".repeat(32 * 1024 * 1024);
    await expect(store.append([started("run", text)])).rejects.toEqual(
      failure(/Event 1 .* has 671089\d\d bytes of JSON; at most 67108864/),
    );
    await store.append([started("run", text.slice(1_000))]);
    const [event] = await store.read("run");
    expect(event?.type === "run.started" && event.input === text.slice(1_000)).toBe(true);
  });
});

describe("a file and another codec", () => {
  async function made(codec?: Codec): Promise<string> {
    const path = tempPath();
    await using store = sqlite({ path, ...(codec && { codec }) }).store;
    await store.append([started("run", LARGE), finished("run", 2)]);
    return path;
  }

  const noCheck: Codec = {
    encode: (text) => Buffer.from(text).toString("hex"),
    decode: (code) => Buffer.from(code, "base64").toString(),
  };

  it.each<readonly [string, Codec | undefined, Codec | undefined, RegExp]>([
    ["another key", aes(), aes(), /cannot be read with this codec: give the codec, and the key/],
    ["one that checks nothing", aes(), noCheck, /cannot be read with this codec/],
    ["none", aes(), undefined, /was made with a codec: give the same codec, with the same key/],
    ["one where it had none", undefined, aes(), /was made without a codec: leave it out/],
    [
      "one that gives back another text",
      aes(),
      { encode: String, decode: () => '{"word":"quorate"}' },
      /cannot be read with this codec/,
    ],
    [
      "one whose decode gives no text",
      aes(),
      { encode: String, decode: () => ({}) as string },
      /cannot be read with this codec/,
    ],
    ["one whose decode throws", aes(), { encode: String, decode: fail }, /cannot be read with/],
  ])("does not open with %s, and is left as it is", async (_, before, codec, message) => {
    const path = await made(before);
    const bytes = everything(path);
    expect(() => sqlite({ path, ...(codec && { codec }) }).store).toThrow(failure(message));
    expect(everything(path)).toEqual(bytes);
    await using right = sqlite({ path, ...(before && { codec: before }) }).store;
    expect(await right.read("run")).toHaveLength(2);
  });

  it("is of the one that made it first, when two want to at once", async () => {
    const path = tempPath();
    await using first = sqlite({ path, codec: aes() }).store;
    expect(() => sqlite({ path }).store).toThrow(failure(/was made with a codec/));
    expect(() => sqlite({ path, codec: aes() }).store).toThrow(failure(/cannot be read/));
    await first.append([started("run")]);
    expect(await first.runs()).toHaveLength(1);
  });

  it("of an earlier version is refused with one, and not migrated", () => {
    const path = tempPath();
    rows(path, "PRAGMA journal_mode = WAL");
    {
      using db = new DatabaseSync(path);
      db.exec(`
        CREATE TABLE runs (run INTEGER PRIMARY KEY, run_id TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE events (id INTEGER PRIMARY KEY, at_ms REAL NOT NULL, body TEXT NOT NULL) STRICT;
        CREATE VIEW log AS SELECT 1;
        PRAGMA application_id = 1366650738;
        PRAGMA user_version = 1;`);
    }
    const bytes = everything(path);
    expect(() => sqlite({ path, codec: aes() }).store).toThrow(failure(/made without a codec/));
    expect(everything(path)).toEqual(bytes);
  });

  it.each<readonly [string, Partial<Codec>, RegExp]>([
    ["does not give back", { decode: (code) => code }, /was not made: the codec's decode does not/],
    ["cannot write", { encode: fail }, /The codec's encode threw an error: nothing was written/],
    [
      "answers later",
      { encode: (async () => fail("it")) as unknown as Codec["encode"] },
      /The codec's encode returned a promise instead of a string: nothing was written/,
    ],
  ])("is not made with one that %s", async (_, broken, message) => {
    const path = tempPath();
    expect(() => sqlite({ path, codec: { ...aes(), ...broken } }).store).toThrow(failure(message));
    // Nothing was decided about it.
    await using store = sqlite({ path }).store;
    await store.append([started("run")]);
  });
});

describe("a codec that fails later", () => {
  async function opened(path = tempPath()) {
    const codec = breakable();
    const store = sqlite({ path, codec }).store;
    await store.append([started("run")]);
    return { codec, store, path };
  }

  it.each<readonly [string, (text: string) => unknown, RegExp]>([
    ["throws", fail, /^The codec's encode threw an error: nothing was written\.$/],
    ["returns nothing", () => undefined, /returned a value of type undefined instead of a string/],
    ["returns a promise", async () => fail("it"), /returned a promise instead of a string/],
    ["returns bytes", (text) => Buffer.from(text), /returned a value of type object instead/],
    // More than SQLite holds: it must not come to that, for the sake of the others.
    ["returns very much", () => "x".repeat(268_435_457), /returned more than 268435456 bytes/],
  ])("refuses alone the append whose encode %s", async (_, encode, message) => {
    const { codec, store } = await opened();
    await using _closing = store;
    const before = store.append([started("before")]);
    codec.with = { encode };
    const refused = [
      store.append([answered("run", 2, SECRET)]),
      store.append([answered("run", 2, LARGE)]),
      store.append([started("new"), answered("new", 2)]),
    ];
    codec.with = {};
    const after = store.append([started("after")]);
    for (const append of refused) await expect(append).rejects.toEqual(failure(message));
    await Promise.all([before, after]);
    expect(await store.read("new")).toEqual([]);
    await store.append([answered("run", 2)]);
    expect(await store.read("run")).toHaveLength(2);
  });

  it.each<readonly [string, (code: string) => unknown]>([
    ["throws", fail],
    ["returns nothing", () => undefined],
    ["returns what is no JSON", () => `${SECRET} is no JSON`],
    ["returns JSON of something else", () => JSON.stringify(SECRET)],
  ])("says which event it is whose decode %s", async (_, decode) => {
    const { codec, store } = await opened();
    await using _closing = store;
    await store.append([answered("run", 2, SECRET)]);
    const sentence =
      /^Event 1 of run "run" cannot be read with this codec: it was written with another key, or changed from outside\.$/;
    codec.with = { decode };
    await expect(store.read("run")).rejects.toEqual(failure(sentence));
    await expect(store.runs()).rejects.toEqual(failure(sentence));
    codec.with = {};
    expect(await store.read("run")).toHaveLength(2);
  });

  it.each([
    ["an event", "UPDATE events SET body = json_object('code', 'AAAA') WHERE id % 16777216 = 2"],
    [
      "an event, in clear",
      `UPDATE events SET body = '{"type":"run.waiting"}' WHERE id % 16777216 = 2`,
    ],
    ["an event, not JSON", "UPDATE events SET body = '{oops' WHERE id % 16777216 = 2"],
    ["a large value", "UPDATE blobs SET body = json_object('code', 'AAAA')"],
    ["a large value, in clear", `UPDATE blobs SET body = '"x"'`],
  ])("notices %s that was changed from outside", async (_, sql) => {
    const { store, path } = await opened();
    await using _closing = store;
    await store.append([answered("run", 2, LARGE)]);
    rows(path, sql);
    await expect(store.read("run")).rejects.toEqual(
      failure(/^Event 2 of run "run" cannot be read/),
    );
  });
});

describe("a run in a store with a codec", () => {
  it("is resumed by another process, which asks nobody again who had answered", async () => {
    const path = tempPath();
    const codec = aes();
    const asked: string[] = [];

    async function live(
      work: (team: ReturnType<typeof teamOf>) => Promise<unknown>,
    ): Promise<readonly RunEvent[]> {
      await using store = sqlite({ path, codec }).store;
      await work(teamOf(store));
      return store.read("run");
    }

    const dies = new AbortController();
    function teamOf(store: SqliteStore) {
      const first = agent({
        name: "first",
        run: (task: { secret: string; text: string }) => {
          asked.push("first");
          return { text: task.text };
        },
      });
      const second = agent({
        name: "second",
        run: ({ secret }: { secret: string }) => {
          asked.push("second");
          if (asked.length === 2) dies.abort(new Error("the process ends here"));
          return { secret };
        },
      });
      return supervisor({
        name: "team",
        agents: { first, second },
        mode: "sequence",
        backend: { store },
      });
    }

    const task = { secret: SECRET, text: LARGE };
    await live(async (team) => {
      const run = team.run(task, { runId: "run", signal: dies.signal });
      await expect(run).rejects.toThrow("the process ends here");
    });
    expect(asked).toEqual(["first", "second"]);
    const events = await live(async (team) => {
      expect(await team.resume("run")).toMatchObject({
        status: "complete",
        results: { first: { output: { text: LARGE } }, second: { output: { secret: SECRET } } },
      });
    });
    expect(asked).toEqual(["first", "second", "second"]);
    expect(events.at(-1)).toMatchObject({ type: "run.finished", status: "complete" });
    for (const bytes of everything(path).values()) expect(bytes.includes("4711")).toBe(false);

    await using store = sqlite({ path, codec }).store;
    expect(await store.runs()).toMatchObject([
      { supervisor: { name: "team" }, status: "complete" },
    ]);
    await store.append(wholeRun("next", 3));
  });
});

import { describe, expect, it } from "vitest";
import {
  agent,
  judge,
  memory,
  supervisor,
  unanimous,
  type AgentContext,
  type LiveEvent,
  type Redact,
  type RunEvent,
} from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { similar } from "../../src/similar/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { aes } from "../sqlite/aes.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";
import { rejection } from "../team/rejection.ts";

const tempPath = tempPaths();

interface Task {
  readonly pin: string;
  readonly n?: number;
}

interface Wanted {
  readonly redact?: Redact;
  readonly hashSecret?: string;
  readonly cache?: boolean;
  readonly version?: string;
  readonly store?: Store;
  readonly says?: unknown;
}

const SECRET = "nobody knows this one";

function setUp({
  store = memory({ resumable: true }).store,
  version = "1",
  says,
  ...rest
}: Wanted = {}) {
  const asked: string[] = [];
  const answer = says ?? "ship";
  const first = agent({
    name: "first",
    version,
    run: (task: Task) => {
      asked.push(`first ${task.pin}`);
      return { recommendation: answer };
    },
  });
  const second = agent({
    name: "second",
    version: "1",
    needs: { first },
    run: (task: Task) => {
      asked.push(`second ${task.pin}`);
      return { recommendation: "ship" };
    },
  });
  const gate = supervisor({ name: "gate", agents: { first, second }, backend: { store }, ...rest });
  return { asked, store, gate };
}

const tokensIn = (value: unknown): ReadonlySet<string> =>
  new Set(JSON.stringify(value).match(/[\w-]{16,}/g));

async function seenBy(store: Store): Promise<unknown> {
  const runs = await store.runs();
  return [
    await Promise.all(runs.map(({ runId }) => store.read(runId))),
    (await store.values.list("")).map(({ key }) => key),
  ];
}

const REDACT = ["pin"];

describe("a four-digit PIN that is redacted", () => {
  it.each([
    ["without a secret", {}],
    ["with a secret of the caller's", { hashSecret: SECRET }],
  ])("cannot be found by trying all of them: no hash of it is in the log, %s", async (_, rest) => {
    const pin = "4711";
    const logged = setUp({ redact: REDACT, cache: true, ...rest });
    await logged.gate.run({ pin }, { runId: "r" });
    const seen = tokensIn(await seenBy(logged.store));
    // What somebody who has the team's description would compute for each PIN.
    const dependent = new Set<string>();
    for (const guess of [pin, "0000"]) {
      const open = setUp({ cache: true });
      await open.gate.run({ pin: guess }, { runId: "r" });
      for (const token of tokensIn(await seenBy(open.store))) {
        if (guess === pin) dependent.add(token);
        else dependent.delete(token);
      }
    }
    expect(dependent.size).toBeGreaterThan(1);
    expect([...dependent].filter((token) => seen.has(token))).toEqual([]);
  });

  it("leaves the same log as another PIN, but for hashes with the caller's secret", async () => {
    const logOf = async (pin: string, rest: Wanted): Promise<string> => {
      const { gate, store } = setUp({ redact: REDACT, cache: true, ...rest });
      await gate.run({ pin }, { runId: "r" });
      const seen = [await store.read("r"), await store.values.list("")];
      return JSON.stringify(seen, (key, value: unknown) => (key.endsWith("Ms") ? 0 : value));
    };
    expect(await logOf("1111", {})).toBe(await logOf("2222", {}));
    expect(await logOf("1111", { hashSecret: SECRET })).not.toBe(
      await logOf("2222", { hashSecret: SECRET }),
    );
  });

  it("is in no key of a value of an encrypted file that could be computed without the codec", async () => {
    const keysOf = async (store: Store): Promise<readonly string[]> => {
      const { gate } = setUp({ store, cache: true });
      await gate.run({ pin: "4711" });
      const keys = (await store.values.list("cache/")).map(({ key }) => key);
      await store.close();
      return keys;
    };
    const plain = await keysOf(sqlite({ path: tempPath() }).store);
    const sealed = await keysOf(sqlite({ path: tempPath(), codec: aes() }).store);
    expect(plain).toHaveLength(2);
    expect(sealed).toHaveLength(2);
    expect(sealed.filter((key) => plain.includes(key))).toEqual([]);
  });
});

describe("an encrypted file", () => {
  it("still serves answers from its cache, to every process that has the codec", async () => {
    const [path, codec] = [tempPath(), aes()];
    const one = setUp({ store: sqlite({ path, codec }).store, cache: true });
    await one.gate.run({ pin: "4711" });
    await one.store.close();
    const other = setUp({ store: sqlite({ path, codec }).store, cache: true });
    await other.gate.run({ pin: "4711" });
    await other.store.close();
    expect(one.asked).toHaveLength(2);
    expect(other.asked).toEqual([]);
  });

  it("has the secret for what is redacted in it, too: answers are cached and taken over by a fork", async () => {
    const [path, codec] = [tempPath(), aes()];
    const { asked, store, gate } = setUp({
      store: sqlite({ path, codec }).store,
      redact: REDACT,
      cache: true,
    });
    await gate.run({ pin: "4711" }, { runId: "r" });
    await gate.run({ pin: "4711" });
    expect(await gate.fork("r", { input: { pin: "4711" } })).toMatchObject({
      reuse: { reused: 2, asked: 0 },
    });
    expect(asked).toHaveLength(2);
    await store.close();
  });
});

describe("calls with redacted content", () => {
  it("are not cached, joined or taken over by a fork without a secret, and the log says so", async () => {
    const { asked, gate, store } = setUp({ redact: REDACT, cache: true });
    const task = { pin: "4711" };
    await Promise.all([gate.run(task, { runId: "r" }), gate.run(task)]);
    await gate.run(task);
    expect(asked).toHaveLength(6);
    expect(await gate.fork("r", { input: task })).toMatchObject({ reuse: { reused: 0, asked: 2 } });
    expect((await store.read("r"))[0]).toMatchObject({ redact: "unkeyed", redacted: true });
    expect(await gate.plan(task)).toMatchObject({ hits: 0 });
  });

  it("are with one: for the same secret and content only", async () => {
    const store = memory({ resumable: true }).store;
    const wanted = { redact: REDACT, cache: true, hashSecret: SECRET, store };
    const { asked, gate } = setUp(wanted);
    const task = { pin: "4711" };
    await gate.run(task, { runId: "r" });
    await gate.run(task);
    expect(asked).toHaveLength(2);
    expect(await gate.plan(task)).toMatchObject({ hits: 1 });
    expect(await gate.fork("r", { input: task })).toMatchObject({ reuse: { reused: 2, asked: 0 } });
    expect((await store.read("r"))[0]).toMatchObject({ redact: "keyed", redacted: true });
    expect(await gate.fork("r", { input: { pin: "4712" } })).toMatchObject({
      reuse: { reused: 0, asked: 2 },
    });
    const other = setUp({ ...wanted, hashSecret: "another one of theirs" });
    await other.gate.run(task);
    expect(other.asked).toHaveLength(2);
  });

  it("that have nothing redacted in them are cached without a secret", async () => {
    const { asked, gate } = setUp({ redact: ["token"], cache: true });
    await gate.run({ pin: "4711" });
    await gate.run({ pin: "4711" });
    expect(asked).toHaveLength(2);
  });

  it("that are made of others' secrets have no hash either, whatever the path that took them out", async () => {
    const { gate, store } = setUp({ redact: ["recommendation.token"], says: { token: "hush-1" } });
    const other = setUp({ redact: ["recommendation.token"], says: { token: "hush-2" } });
    await gate.run({ pin: "1" }, { runId: "r" });
    await other.gate.run({ pin: "1" }, { runId: "r" });
    const keyOf = (events: readonly RunEvent[]): unknown =>
      events.flatMap((event) =>
        event.type === "call.started" && event.callId === "second" ? [event.key] : [],
      );
    expect(keyOf(await store.read("r"))).toEqual(keyOf(await other.store.read("r")));
    expect(String(keyOf(await store.read("r")))).toContain("/~hidden");
  });

  it("refuse a secret that could be guessed itself, without repeating it", () => {
    for (const hashSecret of ["hush-1", 7 as never, ""]) {
      const refused = (): unknown => setUp({ hashSecret });
      expect(refused).toThrow(/hashSecret is .*; use a random text of at least 16 characters/);
      expect(refused).not.toThrow(/hush/);
    }
  });
});

describe("a run with redacted content that crashed", () => {
  /** The run as it stood when only its first agent had answered. */
  async function crashed(wanted: Wanted, task: Task): Promise<Store> {
    const { gate, store } = setUp(wanted);
    await gate.run(task, { runId: "r" });
    const events = await store.read("r");
    const at = events.findIndex(({ type }) => type === "call.succeeded");
    const cut = memory({ resumable: true }).store;
    cut.append(events.slice(0, at + 1));
    cut.release("r", 1);
    return cut;
  }

  const task = { pin: "4711" };

  it.each([
    ["without a secret", {}, {}],
    ["with a secret", { hashSecret: SECRET }, { hashSecret: SECRET }],
    [
      "with a secret that was exchanged since",
      { hashSecret: SECRET },
      { hashSecret: `${SECRET}!` },
    ],
    ["with a secret that was given since", {}, { hashSecret: SECRET }],
    ["with a secret that was lost", { hashSecret: SECRET }, {}],
  ])("asks nobody again who had answered, %s", async (_, before, since) => {
    const store = await crashed({ redact: REDACT, ...before }, task);
    const { asked, gate } = setUp({ redact: REDACT, ...since, store });
    const outcome = await gate.run(task, { runId: "r" });
    expect(outcome).toMatchObject({ status: "complete", reuse: { reused: 1, asked: 1 } });
    expect(asked).toEqual(["second 4711"]);
  });

  it("asks again who is another since, and whom that one's answer went to", async () => {
    const wanted = { redact: REDACT };
    const { gate, store } = setUp(wanted);
    await gate.run(task, { runId: "r" });
    const cut = memory({ resumable: true }).store;
    cut.append((await store.read("r")).slice(0, -1));
    cut.release("r", 1);
    const changed = setUp({ ...wanted, version: "2", store: cut });
    await changed.gate.run(task, { runId: "r" });
    expect(changed.asked).toEqual(["first 4711", "second 4711"]);
  });

  it("asks again whose answer was not kept, and whom that went to, but nobody else", async () => {
    const asked: string[] = [];
    const member = <Name extends string>(name: Name, output: unknown, needs: object = {}) =>
      agent({
        name,
        needs: needs as Record<string, never>,
        run: (_task: Task) => {
          asked.push(name);
          return output;
        },
      });
    const teller = member("teller", { pin: "4711" });
    const listener = member("listener", 1, { teller });
    const quiet = member("quiet", 2);
    const follower = member("follower", 3, { quiet });
    const store = memory({ resumable: true }).store;
    const agents = { teller, listener, quiet, follower };
    const team = supervisor({ name: "team", agents, backend: { store }, redact: REDACT });
    await team.run(task, { runId: "r" });
    const cut = memory({ resumable: true }).store;
    cut.append(store.read("r").slice(0, -1));
    cut.release("r", 1);
    asked.length = 0;
    await team.run(task, { runId: "r", backend: { store: cut } });
    expect(asked).toEqual(["teller", "listener"]);
  });

  it("is found by what an earlier version of this package called its calls", async () => {
    const plain = await crashed({}, task);
    const redacted = await crashed({ redact: REDACT }, task);
    // Such a log has the secrets taken out, and keys of the whole content.
    const keys = (await plain.read("r")).flatMap((event) =>
      event.type === "call.started" ? [event.key] : [],
    );
    const store = memory({ resumable: true }).store;
    store.append(
      (await redacted.read("r")).map((event) => {
        if (event.type === "run.started") {
          const { redact: _, ...rest } = event;
          return rest;
        }
        return event.type === "call.started" ? { ...event, key: String(keys.shift()) } : event;
      }),
    );
    store.release("r", 1);
    for (const version of ["1", "2"]) {
      const copy = memory({ resumable: true }).store;
      copy.append(await store.read("r"));
      copy.release("r", 1);
      const { asked, gate } = setUp({ redact: REDACT, store: copy, version });
      await gate.run(task, { runId: "r" });
      expect(asked).toEqual(version === "1" ? ["second 4711"] : ["first 4711", "second 4711"]);
    }
  });

  it("is not taken for that of another secret under the same id, where there is a hash to tell", async () => {
    const store = await crashed({ redact: REDACT, hashSecret: SECRET }, task);
    const { gate } = setUp({ redact: REDACT, hashSecret: SECRET, store });
    expect(await rejection(gate.run({ pin: "4712" }, { runId: "r" }))).toMatchObject({
      code: "RUN_ID_TAKEN",
    });
  });
});

describe("what leaves a run", () => {
  const hush = "hush-4711";

  it("has no secret in it that an agent emits", async () => {
    const chatty = agent({
      name: "chatty",
      run: (_task: unknown, { emit }: AgentContext) => {
        emit(`the token is ${hush}`);
        emit({ token: hush, at: 1 });
        emit(new Error(hush));
        emit(() => hush);
        return 1;
      },
    });
    const hide: Redact = (value) =>
      JSON.parse(JSON.stringify(value).replaceAll(hush, "***")) as never;
    for (const redact of [hide, ["token"]] as const) {
      const team = supervisor({ name: "team", agents: { chatty }, redact });
      const seen: LiveEvent[] = [];
      for await (const event of team.stream({ token: hush } as never)) seen.push(event);
      const values = seen.flatMap((event) => (event.type === "call.progress" ? [event.value] : []));
      const gone = redact === hide ? "***" : "[redacted]";
      expect(values).toEqual([
        `the token is ${gone}`,
        { token: gone, at: 1 },
        "[redacted]",
        "[redacted]",
      ]);
    }
  });

  it("has none in what a path took out and somebody repeats: errors, issues, evidence, reasoning", async () => {
    const teller = agent({
      name: "teller",
      run: (task: { readonly token: string }) => ({ held: `it is ${task.token}` }),
      claims: ({ held }) => [{ subject: `who has ${hush}`, position: held, evidence: held }],
    });
    const other = agent({
      name: "other",
      run: () => 1,
      claims: () => [{ subject: `who has ${hush}`, position: "nobody" }],
    });
    const failing = agent({
      name: "failing",
      retries: 0,
      run: (task: { readonly token: string }): number => {
        throw new Error(`no ${task.token}`, { cause: new Error(task.token) });
      },
    });
    const store = memory().store;
    const inner = supervisor({ name: "inner", agents: { teller, other } });
    const team = supervisor({
      name: "team",
      agents: { inner, failing },
      redact: ["token"],
      backend: { store },
    });
    const outcome = await team.run({ token: hush } as never, { runId: "r" });
    expect(JSON.stringify(store.read("r"))).not.toContain(hush);
    const { failing: failed } = outcome.results;
    expect(
      failed.status === "failed" && [failed.error.message, String(failed.error.cause)],
    ).toEqual(["failing failed: no [redacted]", "Error: no [redacted]"]);
    // Answers are the caller's own.
    expect(JSON.stringify(outcome.results.inner)).toContain(hush);
  });

  it("has none in the names of what resolvers and comparators ask, nor a hash of one", async () => {
    const idsOf = async (word: string, redact: Redact): Promise<readonly string[]> => {
      const reviewer = <Name extends string>(name: Name, text: string) =>
        agent({
          name,
          run: (_task: { readonly token: string }) => ({
            recommendation: name,
            findings: [`${text} of the cache with ${word}`, `the title has ${word}`],
          }),
          claims: ({ recommendation }) => [
            { subject: word, position: recommendation },
            { subject: `${word} in words`, position: recommendation },
          ],
        });
      const chief = agent({ name: "chief", run: () => ({ choice: "A" }) });
      const same = agent({ name: "same", run: () => ({ same: true }) });
      const store = memory({ resumable: true }).store;
      const team = supervisor({
        name: "team",
        agents: { a: reviewer("a", "stale entries"), b: reviewer("b", "old keys") },
        resolve: [unanimous(), judge({ ask: chief })],
        similar: similar({
          threshold: 0.5,
          band: [0.1, 0.95],
          judge: same,
          embed: async (texts: readonly string[]) => texts.map((text) => [1, text.length]),
        }),
        backend: { store },
        redact,
      });
      await team.run({ token: word }, { runId: "r" });
      const events = store.read("r");
      expect(JSON.stringify(events)).not.toContain(word);
      return events.flatMap((event) =>
        event.type === "call.started" ? [`${event.callId} ${String(event.key)}`] : [],
      );
    };
    const hide: Redact = (value) =>
      JSON.parse(JSON.stringify(value).replaceAll(/hush-\d+/g, "***")) as never;
    for (const redact of [["token"], hide]) {
      const ids = await idsOf("hush-4711", redact);
      expect(ids).toEqual(await idsOf("hush-4712", redact));
      expect(ids.filter((id) => id.startsWith("~chief"))).toHaveLength(4);
      expect(ids.some((id) => id.startsWith("~same"))).toBe(true);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  it.each([
    ["longer than what is quoted of it", "eyJhbGciOiJIUzI1NiJ9.".repeat(8)],
    ["quoted", 'say "friend" and\nenter\\4711'],
  ])("has no part of a secret that is %s", async (_, token) => {
    const word = /\w{6,}/.exec(token)?.[0] ?? "";
    const holder = <Name extends string>(name: Name, position: string) =>
      agent({
        name,
        run: (_task: { readonly token: string }) => position,
        claims: () => [{ subject: `who has ${token}`, position, evidence: `seen: ${position}` }],
      });
    const agents = { a: holder("a", token), b: holder("b", `not ${token}`) };
    const whole: Redact = (value) => {
      const hide = (one: unknown): unknown =>
        typeof one === "string"
          ? one.replaceAll(token, "***")
          : typeof one === "object" && one !== null && !Array.isArray(one)
            ? Object.fromEntries(Object.entries(one).map(([key, member]) => [key, hide(member)]))
            : one;
      return hide(value) as never;
    };
    for (const redact of token.includes('"') ? [["token"]] : [["token"], whole]) {
      const store = memory().store;
      await supervisor({ name: "team", agents, backend: { store }, redact }).run(
        { token },
        { runId: "r" },
      );
      expect(JSON.stringify(store.read("r"))).not.toContain(word);
    }
  });

  it("has none in what somebody throws that is no error", async () => {
    const thrower = agent({
      name: "thrower",
      retries: 0,
      run: (): number => {
        throw { token: hush, status: 401 } as unknown as Error;
      },
    });
    const store = memory().store;
    await supervisor({
      name: "team",
      agents: { thrower },
      backend: { store },
      redact: ["token"],
    }).run(1 as never, { runId: "r" });
    expect(JSON.stringify(store.read("r"))).not.toContain(hush);
  });

  it("has none of a nested team's, which knows best what is secret in it", async () => {
    const teller = agent({ name: "teller", run: () => ({ token: hush }) });
    const inner = supervisor({ name: "inner", agents: { teller }, redact: ["token"] });
    const store = memory().store;
    const team = supervisor({ name: "team", agents: { inner }, backend: { store } });
    await team.run(1 as never, { runId: "r" });
    expect(JSON.stringify(store.read("r"))).not.toContain(hush);
  });

  it("is not what a run is called: an id with a secret in it is refused, without repeating it", async () => {
    const { gate, store } = setUp({ redact: REDACT });
    const refused = await rejection(gate.run({ pin: hush }, { runId: `for ${hush}` }));
    expect(refused).toMatchObject({ code: "BAD_OPTIONS" });
    expect(String((refused as Error).stack)).not.toContain(hush);
    expect(await store.runs()).toEqual([]);
  });
});

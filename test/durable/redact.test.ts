import { describe, expect, it } from "vitest";
import { agent, memory, supervisor, type Redact } from "../../src/index.ts";

interface Task {
  readonly diff: string;
  readonly apiKey: string;
  readonly users: readonly { readonly email: string; readonly id: number }[];
}

const task: Task = {
  diff: "+1",
  apiKey: "sk-123",
  users: [
    { email: "ann@example.org", id: 1 },
    { email: "bob@example.org", id: 2 },
  ],
};

function setUp(redact: Redact) {
  const asked: unknown[] = [];
  const open = agent({
    name: "open",
    run: (given: Task) => {
      asked.push(given.apiKey);
      return { recommendation: "ship" };
    },
  });
  const secret = agent({
    name: "secret",
    run: (given: Task) => {
      asked.push(given.apiKey);
      return { recommendation: "hold", apiKey: given.apiKey };
    },
    claims: ({ recommendation, apiKey }) => [
      { subject: "task", position: recommendation, evidence: `seen with ${apiKey}` },
    ],
  });
  const failing = agent({
    name: "failing",
    run: (given: Task): null => {
      throw new Error(`401 for ${given.apiKey}`);
    },
  });
  const store = memory({ resumable: true }).store;
  const agents = { open, secret, failing };
  const team = supervisor({ name: "team", agents, backend: { store }, redact });
  return { asked, store, team };
}

const everywhere: Redact = (value) =>
  JSON.parse(JSON.stringify(value).replaceAll("sk-123", "***")) as never;

describe("redact", () => {
  it.each<[string, Redact]>([
    ["paths", ["pin"]],
    ["a function of values", (value) => (value === 48_213 ? 0 : value)],
    [
      "a function of texts",
      (value) => (typeof value === "string" ? value.replaceAll("48213", "***") : value),
    ],
  ])("by %s takes a number out of errors, too", async (_, redact) => {
    const failing = agent({
      name: "failing",
      retries: 0,
      run({ pin }: { readonly pin: number }): null {
        const cause = Object.assign(new Error("no"), { code: pin, status: pin });
        throw Object.assign(new Error("bad pin", { cause }), { code: pin, status: 503 });
      },
    });
    const store = memory({ resumable: true }).store;
    const team = supervisor({ name: "team", agents: { failing }, backend: { store }, redact });
    const outcome = await team.run({ pin: 48_213 }, { runId: "r" });
    const [, ...log] = await store.read("r");
    expect(JSON.stringify([log, outcome.results])).not.toContain("48213");
    const failed = log.find(({ type }) => type === "call.failed");
    expect(failed).toMatchObject({
      error: { causes: [{ code: "[redacted]", status: 503 }, { message: "no" }] },
    });
  });

  it("by a function is applied before anything is kept or shown, to values and to texts", async () => {
    const { team, store } = setUp(everywhere);
    const seen: unknown[] = [];
    const stream = team.stream(task, { runId: "r" });
    for await (const event of stream) seen.push(event);
    expect(JSON.stringify(seen)).not.toContain("sk-123");
    expect(JSON.stringify(store.read("r"))).not.toContain("sk-123");
    expect(JSON.stringify(store.read("r"))).toContain("401 for ***");
    // The caller's own outcome is whole.
    expect((await stream.outcome).results.secret).toMatchObject({ output: { apiKey: "sk-123" } });
  });

  it("by paths finds members of tasks and outputs at any depth", async () => {
    const { team, store } = setUp(["apiKey", "users.*.email"]);
    await team.run(task, { runId: "r" });
    const [started] = store.read("r");
    expect(started).toMatchObject({
      redacted: true,
      input: {
        diff: "+1",
        apiKey: "[redacted]",
        users: [
          { email: "[redacted]", id: 1 },
          { email: "[redacted]", id: 2 },
        ],
      },
    });
  });

  it("keeps nothing of a value that its function fails on", async () => {
    const { team, store } = setUp(() => {
      throw new Error("sk-123");
    });
    expect((await team.run(task, { runId: "r" })).status).toBe("partial");
    expect(JSON.stringify(store.read("r"))).not.toMatch(/sk-123|ann@/);
  });

  it("leaves a call whose output it changed in doubt, and takes over one that it did not", async () => {
    const { team, store, asked } = setUp(everywhere);
    await team.run(task, { runId: "r" });
    const before = store.read("r").slice(0, -1);
    store.close();
    const later = setUp(everywhere);
    later.store.append(before);
    later.store.release("r", 1);
    await expect(later.team.resume("r")).rejects.toMatchObject({ code: "NOT_RESUMABLE" });
    asked.length = 0;
    const outcome = await later.team.run(task, { runId: "r" });
    expect(outcome.reuse).toEqual({ reused: 2, asked: 1 });
    expect(later.asked).toEqual(["sk-123"]);
  });

  it("leaves an answer in the outcome that is read from the log, without its secrets", async () => {
    const { team, asked } = setUp(everywhere);
    const first = await team.run(task, { runId: "r" });
    const before = asked.length;
    const read = await team.run(task, { runId: "r" });
    expect(asked.length).toBe(before);
    expect(first.results.secret).toMatchObject({ status: "ok", output: { apiKey: "sk-123" } });
    expect(read.results.secret).toMatchObject({
      status: "ok",
      output: { recommendation: "hold", apiKey: "***" },
      attempts: 1,
    });
    expect(read.results.open).toEqual(first.results.open);
    expect(read.missing).toEqual(first.missing);
  });

  it("is no task to fork with: the fork is given it again", async () => {
    const { team, asked } = setUp(everywhere);
    await team.run(task, { runId: "r" });
    asked.length = 0;
    await expect(team.fork("r")).rejects.toMatchObject({ code: "NOT_RESUMABLE" });
    expect(asked).toEqual([]);
    await team.fork("r", { input: task });
    expect(new Set(asked)).toEqual(new Set(["sk-123"]));
  });

  it.each([[3], [[1]], [[""]], ["apiKey"]])("refuses %j", (redact) => {
    expect(() => setUp(redact as never)).toThrow(
      /redact is neither a list of paths nor a function/,
    );
  });
});

it("takes a secret out of the names of models that agents report, in the log, on the bill and where answers are kept", async () => {
  const store = memory({ resumable: true }).store;
  const team = supervisor({
    name: "team",
    backend: { store },
    redact: everywhere,
    agents: {
      a: agent({
        name: "a",
        version: "1",
        cache: true,
        run: (_: unknown, { report }) => {
          report({ usdMicros: 1, model: "model of sk-123" });
          report({ usdMicros: 2, model: "mini" });
          report({ usdMicros: 4, model: "key sk-123" });
          return "done";
        },
      }),
    },
  });
  const { bill, runId } = await team.run(1);
  expect(bill.spent.usdMicros).toBe(7);
  expect(bill.lines.some(({ model }) => model === "mini")).toBe(true);
  const kept = await store.values.list("cache/");
  expect(kept).toHaveLength(1);
  expect(JSON.stringify([bill, store.read(runId), kept])).not.toContain("sk-123");
});

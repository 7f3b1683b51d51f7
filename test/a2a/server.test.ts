import type { Task } from "@a2a-js/sdk";
import { TaskState } from "@a2a-js/sdk";
import { TaskNotFoundError } from "@a2a-js/sdk/errors";
import { describe, expect, it } from "vitest";
import { memory } from "../../src/index.ts";
import { gate, serve, TOKEN, until, type Task as GateTask } from "../server/served.ts";
import { data, message, said, sdkClient, sending, text } from "./sdk-client.ts";

const ANN = "a".repeat(40);
const BOB = "b".repeat(40);
const LOOKS = "l".repeat(40);

const asking = (task: GateTask, more = {}) => sending(message([data(task)], more));
const isTask = (value: unknown): value is Task => Object(value).status !== undefined;

/** A task that an answer has to be. */
function taskIn(value: unknown): Task {
  if (!isTask(value)) throw new Error("it is no task");
  return value;
}

describe("a team served by A2A, asked by the official client", () => {
  it("says who it is by its card: to everybody that it is there, with a token which teams there are", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team] });
    const open = await served.ask("GET", "/.well-known/agent-card.json", { token: null });
    expect(open.status).toBe(200);
    expect(open.text).not.toContain("gate");
    expect(open.text).not.toContain("first");
    expect(open.json.supportedInterfaces).toEqual([
      { url: `${served.at}/a2a`, protocolBinding: "JSONRPC", protocolVersion: "1.0" },
    ]);
    const full = await served.ask("GET", "/.well-known/agent-card.json");
    expect(full.json).toMatchObject({
      name: "gate",
      description: "A team of agents: first, second.",
      capabilities: { streaming: true },
      skills: [{ id: "gate" }],
    });
    const own = await served.ask("GET", "/a2a/gate/.well-known/agent-card.json");
    expect(own.json.supportedInterfaces[0].url).toBe(`${served.at}/a2a/gate`);
    const wrong = await served.ask("GET", "/.well-known/agent-card.json", {
      token: "x".repeat(40),
    });
    expect(wrong.status).toBe(401);
    const nobody = await served.ask("GET", "/a2a/gate/.well-known/agent-card.json", {
      token: null,
    });
    expect(nobody.status).toBe(401);
    const client = await sdkClient(served.at, TOKEN);
    expect(await client.getAgentCard()).toMatchObject({ name: "gate" });
  });

  it("is sent a task and answers with what it came to, for readers and for programs", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team] });
    const client = await sdkClient(`${served.at}/a2a/gate`, TOKEN);
    const task = taskIn(await client.sendMessage(asking({ says: ["hold", "hold"] })));
    expect(task.status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
    const [artifact] = task.artifacts;
    const [report, document] = artifact?.parts ?? [];
    expect(report?.content?.value).toContain("hold");
    expect(document?.content?.value).toMatchObject({
      recommendation: "hold",
      runId: task.id,
      verdict: { status: "unanimous" },
    });
    // Nobody reported what the agents used: it is not said to be nothing.
    expect(task.metadata).toEqual({ usage: [{}, {}] });
    expect(await client.getTask({ tenant: "", id: task.id })).toEqual(task);
  });

  it("answers with the task at work after the time that it was given, and says the rest to who asks again", async () => {
    const { team, letGo, waiting } = gate();
    await using served = await serve({
      teams: [team],
      a2a: { answerWithinMs: 1 },
      limits: { streams: 1 },
    });
    const client = await sdkClient(`${served.at}/a2a/gate`, TOKEN);
    const task = taskIn(await client.sendMessage(asking({ holds: true })));
    expect(task.status?.state).toBe(TaskState.TASK_STATE_WORKING);
    while (waiting.length === 0) await new Promise(setImmediate);
    letGo();
    await until(team.backend, task.id, "run.finished");
    const rest = await client.getTask({ tenant: "", id: task.id });
    expect(rest.status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
    // The one that waited is over: another may.
    expect(isTask(await client.sendMessage(asking({})))).toBe(true);
  });

  it("waits for as many messages at once as there may be streams", async () => {
    const { team, letGo, waiting, asked } = gate();
    await using served = await serve({
      teams: [team],
      a2a: { answerWithinMs: 2 ** 31 - 1 },
      limits: { streams: 1 },
    });
    const client = await sdkClient(`${served.at}/a2a/gate`, TOKEN);
    const first = client.sendMessage(asking({ holds: true }));
    while (waiting.length === 0) await new Promise(setImmediate);
    await expect(client.sendMessage(asking({}))).rejects.toThrow("429");
    letGo();
    expect(taskIn(await first).status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
    // Nothing was begun for the other.
    expect(asked).toEqual(["first", "second"]);
  });

  it("tells a stream what happens: the task first, then who answered, then what it came to", async () => {
    const { team, letGo, waiting } = gate();
    await using served = await serve({ teams: [team] });
    const client = await sdkClient(`${served.at}/a2a/gate`, TOKEN);
    const came: string[] = [];
    for await (const update of client.sendMessageStream(asking({ holds: true }))) {
      came.push(said(update));
      if (came.length === 1) {
        while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
        letGo();
      }
    }
    expect(came[0]).toBe("task TASK_STATE_WORKING");
    expect(came.slice(-2)).toEqual(["artifact outcome", "TASK_STATE_COMPLETED"]);
    expect(new Set(came.slice(1, -2))).toEqual(new Set(["TASK_STATE_WORKING"]));
  });

  it("asks for input where a person has to decide, and ends with the answer, which the log has with who gave it", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team] });
    const client = await sdkClient(`${served.at}/a2a/gate`, TOKEN);
    const came: string[] = [];
    let taskId = "";
    for await (const update of client.sendMessageStream(asking({ says: ["ship", "hold"] }))) {
      came.push(said(update));
      if (update.payload?.$case === "task") taskId = update.payload.value.id;
    }
    expect(came.at(-1)).toMatch(/INPUT_REQUIRED/);
    const waiting = await client.getTask({ tenant: "", id: taskId });
    const [words, questions] = waiting.status?.message?.parts ?? [];
    expect(words?.content?.value).toMatch(/task: "hold" or "ship"\?|task: "ship" or "hold"\?/);
    expect(questions?.content?.value).toMatchObject({
      questions: [{ verdict: { subject: "task", status: "waiting" } }],
    });
    await expect(
      client.sendMessage(sending(message([text("perhaps")], { taskId }))),
    ).rejects.toThrow(/not one of the positions that the task asks about/);
    const answered = taskIn(
      await client.sendMessage(
        sending(message([text(" Hold ")], { taskId, contextId: waiting.contextId })),
      ),
    );
    expect(answered.status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
    expect(answered.artifacts[0]?.parts[1]?.content?.value).toMatchObject({
      recommendation: "hold",
    });
    const log = await team.backend.store.read(taskId);
    expect(log.find(({ type }) => type === "person.decided")).toMatchObject({
      winner: "hold",
      by: "tests",
    });
    await expect(client.sendMessage(sending(message([text("hold")], { taskId })))).rejects.toThrow(
      /takes a message only while it asks/,
    );
  });

  it("is answered by a value too, and streams on from there", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team] });
    const client = await sdkClient(`${served.at}/a2a/gate`, TOKEN);
    const { id: taskId } = taskIn(await client.sendMessage(asking({ says: ["ship", "hold"] })));
    const came: string[] = [];
    const answer = { subject: "task", winner: "ship", why: "it is Tuesday", by: "Ann" };
    for await (const update of client.sendMessageStream(
      sending(message([data(answer)], { taskId })),
    )) {
      came.push(said(update));
    }
    expect(came.at(-1)).toMatch(/COMPLETED/);
    const log = await team.backend.store.read(taskId);
    expect(log.find(({ type }) => type === "person.decided")).toMatchObject({
      why: "it is Tuesday",
      by: "Ann (by tests)",
    });
  });

  it("is cancelled while it works and while it asks, and not when it has ended", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team] });
    const client = await sdkClient(`${served.at}/a2a/gate`, TOKEN);
    const at = { tenant: "", metadata: undefined };
    const working = taskIn(
      await client.sendMessage(
        sending(message([data({ holds: true })]), { returnImmediately: true }),
      ),
    );
    expect(working.status?.state).toBe(TaskState.TASK_STATE_WORKING);
    const waiting = taskIn(await client.sendMessage(asking({ says: ["ship", "hold"] })));
    for (const { id } of [working, waiting]) {
      const cancelled = await client.cancelTask({ ...at, id });
      expect(cancelled.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
      expect(await team.backend.store.run(id)).toMatchObject({ status: "cancelled" });
    }
    const ended = taskIn(await client.sendMessage(asking({})));
    await expect(client.cancelTask({ ...at, id: ended.id })).rejects.toThrow(/has ended/);
  });

  it("begins a message once, however often it comes, and refuses another under its id", async () => {
    const { team, asked } = gate();
    await using served = await serve({ teams: [team] });
    const client = await sdkClient(`${served.at}/a2a/gate`, TOKEN);
    const one = message([data({})]);
    const both = await Promise.all([
      client.sendMessage(sending(one)),
      client.sendMessage(sending(one)),
    ]);
    expect(new Set(both.map((task) => taskIn(task).id)).size).toBe(1);
    expect(asked).toEqual(["first", "second"]);
    await expect(
      client.sendMessage(sending({ ...one, parts: [data({ says: ["a", "a"] })] })),
    ).rejects.toThrow(/said something else before/);
  });

  it("shows all teams as one agent, to which a message says which of them it is for", async () => {
    const backend = memory({ resumable: true });
    const { team } = gate(backend);
    const { supervisor, agent } = await import("../../src/index.ts");
    const echo = agent({ name: "echo", run: (task: string) => task });
    const other = supervisor({ name: "other", agents: { echo }, backend });
    await using served = await serve({ teams: [team, other] });
    const client = await sdkClient(served.at, TOKEN);
    const card = await client.getAgentCard();
    expect(card.skills.map(({ id }) => id)).toEqual(["gate", "other"]);
    await expect(client.sendMessage(sending(message([text("hello")])))).rejects.toThrow(
      /which team it is for.*"gate", "other"/,
    );
    const task = taskIn(
      await client.sendMessage(
        sending(message([text("hello")], { metadata: { skillId: "other" } })),
      ),
    );
    expect(task.artifacts[0]?.parts[1]?.content?.value).toMatchObject({ recommendation: "hello" });
    // At the address of the other team it is not there.
    const gates = await sdkClient(`${served.at}/a2a/gate`, TOKEN);
    await expect(gates.getTask({ tenant: "", id: task.id })).rejects.toThrow(TaskNotFoundError);
  });

  it("lists the tasks of a conversation, page by page", async () => {
    const { team } = gate();
    await using served = await serve({ teams: [team] });
    const client = await sdkClient(`${served.at}/a2a/gate`, TOKEN);
    const contextId = "talk-1";
    const ids: string[] = [];
    for (let n = 0; n < 3; n++)
      ids.push(taskIn(await client.sendMessage(asking({}, { contextId }))).id);
    await client.sendMessage(asking({}));
    const list = {
      tenant: "",
      contextId,
      status: 0,
      pageToken: "",
      statusTimestampAfter: undefined,
    };
    const first = await client.listTasks({ ...list, pageSize: 2 });
    expect(first.totalSize).toBe(3);
    const second = await client.listTasks({ ...list, pageSize: 2, pageToken: first.nextPageToken });
    expect([...first.tasks, ...second.tasks].map(({ id }) => id).toSorted()).toEqual(
      ids.toSorted(),
    );
    expect(second.nextPageToken).toBe("");
    const working = await client.listTasks({ ...list, status: TaskState.TASK_STATE_WORKING });
    expect(working.tasks).toEqual([]);
  });
});

describe("who may ask by A2A", () => {
  it("is said by scopes: to look, to begin and cancel, and to decide", async () => {
    const { team } = gate();
    const tokens = [
      { token: TOKEN, scopes: ["read", "run"] as const },
      { token: LOOKS, scopes: ["read"] as const },
    ];
    await using served = await serve({ teams: [team], tokens });
    const runs = await sdkClient(`${served.at}/a2a/gate`, TOKEN);
    const looks = await sdkClient(`${served.at}/a2a/gate`, LOOKS);
    const { id: taskId } = taskIn(await runs.sendMessage(asking({ says: ["ship", "hold"] })));
    expect(await looks.getTask({ tenant: "", id: taskId })).toMatchObject({ id: taskId });
    await expect(looks.sendMessage(asking({}))).rejects.toThrow(/403.*scope run/);
    await expect(looks.cancelTask({ tenant: "", id: taskId, metadata: undefined })).rejects.toThrow(
      /scope run/,
    );
    await expect(runs.sendMessage(sending(message([text("hold")], { taskId })))).rejects.toThrow(
      /scope decide/,
    );
  });

  it("sees the tasks of its own tenant, and those of another as if they were not there", async () => {
    const { team } = gate();
    const tokens = [
      { token: ANN, tenant: "ann" },
      { token: BOB, tenant: "bob" },
    ];
    await using served = await serve({ teams: [team], tokens });
    const ann = await sdkClient(`${served.at}/a2a/gate`, ANN);
    const bob = await sdkClient(`${served.at}/a2a/gate`, BOB);
    const one = message([data({ says: ["ship", "hold"] })], { contextId: "shared" });
    const { id } = taskIn(await ann.sendMessage(sending(one)));
    const rpc = (method: string, params: object, token: string) =>
      served.ask("POST", "/a2a/gate", {
        token,
        headers: { "A2A-Version": "1.0" },
        body: { jsonrpc: "2.0", id: 1, method, params },
      });
    const answer = {
      ...one,
      taskId: id,
      messageId: "other",
      role: "ROLE_USER",
      parts: [{ text: "hold" }],
    };
    for (const [method, paramsOf] of [
      ["GetTask", (taskId: string) => ({ id: taskId })],
      ["CancelTask", (taskId: string) => ({ id: taskId })],
      ["SubscribeToTask", (taskId: string) => ({ id: taskId })],
      ["SendMessage", (taskId: string) => ({ message: { ...answer, taskId } })],
      ["SendStreamingMessage", (taskId: string) => ({ message: { ...answer, taskId } })],
    ] as const) {
      const foreign = await rpc(method, paramsOf(id), BOB);
      const absent = await rpc(method, paramsOf(crypto.randomUUID()), BOB);
      expect(foreign.json).toMatchObject({ error: { code: -32_001 } });
      expect([foreign.status, foreign.text]).toEqual([absent.status, absent.text]);
    }
    const list = {
      tenant: "ann",
      contextId: "shared",
      status: 0,
      pageToken: "",
      statusTimestampAfter: undefined,
    };
    expect((await bob.listTasks(list)).tasks).toEqual([]);
    // The id of a message is each tenant's own.
    const { id: other } = taskIn(await bob.sendMessage(sending(one)));
    expect(other).not.toBe(id);
    expect(await team.backend.store.run(id)).toMatchObject({ tenant: "ann", status: "waiting" });
    expect(await team.backend.store.run(other)).toMatchObject({ tenant: "bob" });
  });
});

describe("a task", () => {
  it("is the same after the server has been started anew, and goes on", async () => {
    const backend = memory({ resumable: true });
    const before = gate(backend);
    const first = await serve({ teams: [before.team] });
    const client = await sdkClient(`${first.at}/a2a/gate`, TOKEN);
    const working = taskIn(
      await client.sendMessage(
        sending(message([data({ holds: true })]), { returnImmediately: true }),
      ),
    );
    const asks = taskIn(await client.sendMessage(asking({ says: ["ship", "hold"] })));
    await until(backend, working.id, "call.succeeded");
    await first[Symbol.asyncDispose]();
    const after = gate(backend);
    await using second = await serve({ teams: [after.team] });
    const again = await sdkClient(`${second.at}/a2a/gate`, TOKEN);
    expect(await again.getTask({ tenant: "", id: asks.id })).toEqual(asks);
    const came: string[] = [];
    for await (const update of again.resubscribeTask({ tenant: "", id: working.id })) {
      came.push(said(update));
      if (came.length > 1) continue;
      while (after.waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
      after.letGo();
    }
    expect(came[0]).toBe("task TASK_STATE_WORKING");
    expect(came.at(-1)).toBe("TASK_STATE_COMPLETED");
    expect(after.asked).toEqual(["second"]);
  });
});

describe("what a request by A2A may not be", () => {
  const rpc = (method: string, params: unknown, more: object = {}) => ({
    headers: { "A2A-Version": "1.0" },
    body: { jsonrpc: "2.0", id: 1, method, params, ...more },
  });
  const sent = (parts: unknown, more: object = {}) =>
    rpc("SendMessage", { message: { messageId: "m", role: "ROLE_USER", parts, ...more } });

  it.each([
    ["of another version", { ...rpc("GetTask", { id: "x" }), headers: {} }, -32_009],
    ["of a method that there is not", rpc("message/send", {}), -32_601],
    ["without params", rpc("GetTask", undefined), -32_602],
    ["no JSON-RPC", rpc("GetTask", {}, { jsonrpc: "1" }), -32_602],
    ["a message without an id", sent([{ text: "x" }], { messageId: "" }), -32_602],
    ["a message with nothing in it", sent([]), -32_005],
    ["a message with a file", sent([{ url: "http://169.254.169.254/" }]), -32_005],
    ["a message with two values", sent([{ data: 1 }, { data: 2 }]), -32_005],
    [
      "a conversation with a name that is too long",
      sent([{ data: {} }], { contextId: "x".repeat(501) }),
      -32_602,
    ],
    [
      "a conversation with a name that cannot be seen",
      sent([{ data: {} }], { contextId: "\ud800" }),
      -32_602,
    ],
    [
      "a push notification",
      rpc("CreateTaskPushNotificationConfig", { taskId: "x", url: "http://a" }),
      -32_003,
    ],
  ])("%s is refused in a sentence, and begins nothing", async (_, given, code) => {
    const { team, asked } = gate();
    await using served = await serve({ teams: [team] });
    const { status, json } = await served.ask("POST", "/a2a/gate", given);
    expect(status).toBe(200);
    expect(json.error.code).toBe(code);
    expect(json.error.message).not.toMatch(/\n/);
    expect(asked).toEqual([]);
  });

  it("of another host or origin, without a token, too large, or to a team that there is not, is refused as every other", async () => {
    const { team, asked } = gate();
    await using served = await serve({ teams: [team], limits: { bodyBytes: 1_000 } });
    const given = sent([{ data: {} }]);
    const headers = (more: object) => ({ ...given, headers: { ...given.headers, ...more } });
    const statuses = await Promise.all([
      served.ask("POST", "/a2a/gate", headers({ Host: "evil.example" })),
      served.ask("POST", "/a2a/gate", headers({ Origin: "https://evil.example" })),
      served.ask("POST", "/a2a/gate", { ...given, token: null }),
      served.ask("POST", "/a2a/gate", sent([{ text: "x".repeat(2_000) }])),
      served.ask("POST", "/a2a/nobody", given),
      served.ask("POST", "/a2a/gate", { ...given, raw: "[]" }),
      served.ask("GET", "/.well-known/agent-card.json", { headers: { Host: "evil.example" } }),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([421, 403, 401, 413, 404, 400, 421]);
    expect(asked).toEqual([]);
  });

  it("keeps to the number of streams and of requests that the server allows", async () => {
    const { team, asked } = gate();
    await using served = await serve({ teams: [team], limits: { streams: 1 } });
    const client = await sdkClient(`${served.at}/a2a/gate`, TOKEN);
    const stream = client.sendMessageStream(asking({ holds: true }));
    await stream.next();
    const second = client.sendMessageStream(asking({ holds: true })).next();
    await expect(second).rejects.toThrow("There are 1 streams open already.");
    expect(asked.filter((name) => name === "first")).toHaveLength(1);
    await stream.return();
  });
});

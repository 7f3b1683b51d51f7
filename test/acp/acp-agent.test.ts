import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { acpAgent, type PermissionRequest } from "../../src/acp/index.ts";
import { supervisor } from "../../src/index.ts";
import { testFolder, watchTemporaryFolders } from "../command/play.ts";
import {
  HOLD,
  MODES,
  modes,
  scripted,
  ask,
  failureOf,
  toldOf,
  reach,
  answers,
} from "./scripted.ts";

const folder = testFolder();
watchTemporaryFolders();

describe("what an agent is told", () => {
  it("it is offered no files and no terminal, and is in the most restrictive mode before it is prompted", async () => {
    const { peer, make } = await scripted({ session: MODES }, answers);
    expect(await ask(make())).toMatchObject({ status: "ok", output: HOLD });
    expect(toldOf(peer, "initialize")).toMatchObject([
      {
        clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
      },
    ]);
    const order = peer.told.map(([what]) => what);
    expect(order).toEqual(["started", "initialize", "new", "mode"]);
    expect(toldOf(peer, "mode")).toEqual(["plan"]);
  });

  it("its schema stands in its prompt, and no variable of the environment that was not handed on is there", async () => {
    process.env["SECRET_OF_OTHERS"] = "x";
    const { peer, make } = await scripted({}, answers);
    await ask(make({ env: { ...(await scripted({})).peer.env, OWN: "1" } }));
    delete process.env["SECRET_OF_OTHERS"];
    expect(peer.asked[0]).toContain('"enum"');
    const [{ env }] = toldOf(peer, "started") as [{ env: Record<string, string> }];
    expect(env).toMatchObject({ OWN: "1" });
    expect(env["SECRET_OF_OTHERS"]).toBeUndefined();
  });

  it.each([
    ["none", "is empty", []],
    ["read", "is its folder", ["source.ts"]],
    ["write", "is a copy", ["source.ts"]],
  ] as const)("with tools %s its folder %s", async (tools, _, files) => {
    const cwd = join(folder, `project-${tools}`);
    mkdirSync(cwd);
    writeFileSync(join(cwd, "source.ts"), "");
    const { peer, make } = await scripted({ session: MODES }, reach("file", "made.txt"), answers);
    let seen: readonly string[] | undefined;
    const permissions = (request: PermissionRequest): boolean => {
      seen = readdirSync(request.cwd);
      return false;
    };
    await ask(make({ tools, cwd, permissions, mode: "default" }));
    expect(seen).toEqual(files);
    const [{ cwd: told }] = toldOf(peer, "new") as [{ cwd: string }];
    expect(told === cwd).toBe(tools === "read");
  });

  it("options, a model and a mode of its session are set by their names, the mode last", async () => {
    const select = (id: string, category: string, ...values: readonly string[]): object => ({
      id,
      name: id,
      category,
      type: "select",
      currentValue: values[0],
      options: [
        { group: "g", name: "g", options: values.map((value) => ({ value, name: value })) },
      ],
    });
    const configOptions = [
      select("how", "mode", "build", "plan"),
      select("which", "model", "large", "small"),
      select("effort", "thought_level", "high", "low"),
    ];
    const { peer, make } = await scripted({ session: { configOptions } }, answers);
    await ask(make({ settings: { effort: "low" }, model: "small" }));
    expect(toldOf(peer, "option")).toEqual([
      ["effort", "low"],
      ["which", "small"],
      ["how", "plan"],
    ]);
    expect(await failureOf(make({ model: "huge" }))).toBe(
      'AGENT_FAILED agent has no model "huge"; use one that it has: "large", "small"',
    );
  });

  it("the way to log in is told where there is one", async () => {
    const { peer, make } = await scripted({}, answers);
    await ask(make({ login: "api-key" }));
    expect(toldOf(peer, "authenticate")).toEqual([{ methodId: "api-key" }]);
  });
});

describe("an agent is refused before it is prompted", () => {
  it.each([
    ["refuses", /agent failed: .*not that mode/],
    [
      "ignores",
      /agent stayed in the mode "build" when it was told to change to "plan"; use another mode/,
    ],
  ] as const)("when it %s the mode that it is told to go to", async (stays, sentence) => {
    const option = {
      id: "mode",
      name: "mode",
      category: "mode",
      type: "select",
      currentValue: "build",
      options: ["build", "plan"].map((value) => ({ value, name: value })),
    };
    const session = stays === "refuses" ? MODES : { configOptions: [option] };
    const { peer, make } = await scripted({ session, stays }, answers);
    expect(await failureOf(make())).toMatch(sentence);
    expect(peer.asked).toEqual([]);
  });

  it("when nobody knows what its modes permit, or the one that was chosen is not there", async () => {
    const { peer, make } = await scripted({ session: modes("turbo", "zen") }, answers);
    expect(await failureOf(make({ retries: 3 }))).toBe(
      'AGENT_FAILED agent has no mode that is known to permit only its tools; name the one that does as mode: "turbo", "zen"',
    );
    expect(await failureOf(make({ mode: "plan" }))).toBe(
      'AGENT_FAILED agent has no mode "plan"; use one of its own as mode: "turbo", "zen"',
    );
    expect(peer.asked).toEqual([]);
    expect(await ask(make({ mode: "zen" }))).toMatchObject({ status: "ok" });
    expect(toldOf(peer, "mode")).toEqual(["zen"]);
  });

  it("when it has no modes, and one was chosen", async () => {
    const { make } = await scripted({}, answers);
    expect(await failureOf(make({ mode: "plan" }))).toContain("agent has no modes");
  });

  it("when it speaks another version, is not logged in, or lets nobody choose a model", async () => {
    const old = await scripted({ initialize: { protocolVersion: 2 } }, answers);
    expect(await failureOf(old.make({ retries: 3 }))).toContain(
      "agent speaks version 2 of the Agent Client Protocol, and not version 1",
    );
    const closed = await scripted({ login: "needed" }, answers);
    expect(await failureOf(closed.make({ retries: 3 }))).toBe(
      "AGENT_FAILED agent is not logged in; log in by its own program, or say how by login and env",
    );
    const plain = await scripted({}, answers);
    expect(await failureOf(plain.make({ model: "m" }))).toContain(
      "does not let its client choose a model",
    );
    expect([old, closed, plain].flatMap(({ peer }) => peer.asked)).toEqual([]);
  });
});

describe("what an agent asks for", () => {
  it("is answered with -32601 where it is no permission, and nothing is done", async () => {
    const path = join(folder, "by-client.txt");
    const sessionId = "session-1";
    const requests = [
      ["fs/write_text_file", { sessionId, path, content: "x" }],
      ["fs/read_text_file", { sessionId, path: "/etc/passwd" }],
      ["terminal/create", { sessionId, command: "touch", args: [path] }],
      ["elicitation/create", { sessionId, message: "?" }],
      ["_own/extension", {}],
    ] as const;
    const { peer, make } = await scripted({}, { does: "requests", requests, output: HOLD });
    expect(await ask(make())).toMatchObject({ status: "ok", output: HOLD });
    expect(toldOf(peer, "refusal")).toEqual(requests.map(([method]) => [method, -32_601]));
    expect(toldOf(peer, "answer")).toEqual([]);
    expect(existsSync(path)).toBe(false);
  });

  it("permission is refused where nobody says otherwise, and the agent answers all the same", async () => {
    const path = join(folder, "refused.txt");
    const session = modes("default");
    const { peer, make } = await scripted({ session }, reach("file", path), answers);
    expect(await ask(make({ mode: "default" }))).toMatchObject({ status: "ok", output: HOLD });
    expect(toldOf(peer, "tool")).toEqual([{ tool: "file", isAllowed: false }]);
    expect(existsSync(path)).toBe(false);
  });

  it("permission is put to a policy of the user's, and given once, never for always", async () => {
    const path = join(folder, "permitted.txt");
    const asked: PermissionRequest[] = [];
    const permissions = (request: PermissionRequest): boolean => {
      asked.push(request);
      return request.kind === "execute";
    };
    const shown: unknown[] = [];
    const { peer, make } = await scripted(
      { session: modes("default") },
      reach("command", path),
      answers,
    );
    const team = supervisor({
      name: "team",
      agents: { agent: make({ mode: "default", permissions }) as never },
    });
    for await (const event of team.stream("ship?" as never)) {
      if (event.type === "call.progress") shown.push(event.value);
    }
    expect(asked).toMatchObject([
      {
        kind: "execute",
        title: `touch ${path}`,
        paths: [path],
        input: { path },
      },
    ]);
    expect(asked[0]?.signal.aborted).toBe(true);
    expect(toldOf(peer, "tool")).toEqual([{ tool: "command", isAllowed: true }]);
    expect(existsSync(path)).toBe(true);
    expect(shown).toMatchObject([
      { does: "uses", kind: "execute", title: `touch ${path}` },
      { does: "may", kind: "execute", title: `touch ${path}` },
    ]);
  });

  it.each([
    ["throws", () => Promise.reject(new Error("who knows")), "its permissions function failed: "],
    ["says maybe", () => "maybe", 'permissions returned "maybe"; return true or false'],
  ])("a policy that %s permits nothing and fails the attempt", async (_, permissions, sentence) => {
    const path = join(folder, "never.txt");
    const { make } = await scripted({ session: modes("default") }, reach("file", path), answers);
    expect(await failureOf(make({ mode: "default", permissions }))).toContain(sentence);
    expect(existsSync(path)).toBe(false);
  });

  it("a policy that never decides is let go of when the run is cancelled", async () => {
    const path = join(folder, "never.txt");
    const { make } = await scripted({ session: modes("default") }, reach("file", path), answers);
    const asked = Promise.withResolvers<AbortSignal>();
    const permissions = ({ signal }: PermissionRequest): Promise<boolean> => {
      asked.resolve(signal);
      return new Promise(() => {});
    };
    const caller = new AbortController();
    const made = make({ mode: "default", permissions, graceMs: 400 });
    const running = ask(made, {}, { signal: caller.signal });
    const signal = await asked.promise;
    const reason = new Error("enough");
    caller.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(signal.aborted).toBe(true);
    expect(existsSync(path)).toBe(false);
  });

  it("with tools write, an edit behind a link that leads out of its folder is refused", async () => {
    const cwd = join(folder, "linked");
    const outside = join(folder, "outside");
    mkdirSync(cwd);
    mkdirSync(outside);
    symlinkSync(outside, join(cwd, "link"));
    const path = join(cwd, "link", "deep", "made.txt");
    const { peer, make } = await scripted(
      { session: modes("default") },
      reach("file", path),
      answers,
    );
    await ask(make({ tools: "write", mode: "default", workspace: "in-place", cwd }));
    expect(toldOf(peer, "tool")).toEqual([{ tool: "file", isAllowed: false }]);
  });

  it("more than it is answered ends it", async () => {
    const line = `${JSON.stringify({ jsonrpc: "2.0", id: 7, method: "x", params: {} })}\n`;
    const lines = Array.from({ length: 10_001 }, () => line.trim());
    const { make } = await scripted(
      {},
      { does: "writes lines", lines: [lines.join("\n")], output: HOLD },
    );
    expect(await failureOf(make())).toBe(
      "OUTPUT_TOO_LARGE agent made more than 10000 requests to its client and was stopped; ask for less",
    );
  });
});

describe("acpAgent", () => {
  it.each([
    [undefined, "what acpAgent() is given is missing"],
    [{}, "acpAgent: command is missing"],
    [{ command: "x", args: "--acp" }, 'acpAgent "x": args is "--acp"'],
    [{ command: "x", tools: "all" }, 'acpAgent "x": tools is "all"'],
    [{ command: "x", model: "--yolo" }, 'acpAgent "x": model is not the name of a model'],
    [{ command: "x", permissions: true }, 'acpAgent "x": permissions is true'],
    [{ command: "x", settings: { a: 1 } }, 'acpAgent "x": settings is'],
    [{ command: "x", mode: 1 }, 'acpAgent "x": mode is 1'],
    [{ command: "x", login: {} }, 'acpAgent "x": login is'],
    [{ command: "x", env: { A: 1 } }, 'acpAgent "x": env has "A" as a number'],
    [{ command: "x", run: () => {} }, 'acpAgent "x" has run, which a program cannot have'],
    [{ command: "x", permission: () => true }, "permission"],
  ])("refuses %o", (given, sentence) => {
    expect(() => acpAgent(given as never)).toThrow(sentence);
  });
});

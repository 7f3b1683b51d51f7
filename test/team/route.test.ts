import { describe, expect, it, vi } from "vitest";
import { memory, supervisor, type RunEvent } from "../../src/index.ts";
import { scripted } from "../../src/testing/index.ts";
import { thenable } from "./thenable.ts";

type Task = { readonly kind: string };

function team(route?: unknown) {
  const lint = scripted("lint", [{ output: "lint" }]);
  const build = scripted("build", [{ output: "build" }], { needs: { lint } });
  const deploy = scripted("deploy", [{ output: "deploy" }], { needs: { build } });
  const docs = scripted("docs", [{ output: "docs" }]);
  const store = memory().store;
  const agents = { lint, build, deploy, docs };
  const made = supervisor({
    name: "team",
    agents,
    backend: { store },
    ...(route !== undefined && { route: route as never }),
  });
  const asked = (): string[] =>
    Object.values(agents).flatMap(({ name, calls }) => (calls.length > 0 ? [name] : []));
  return { made, asked, store };
}

const kind: Task = { kind: "docs" };

describe("a route", () => {
  it("is everyone where nothing is said", async () => {
    const { made, asked } = team();
    await made.run(kind);
    expect(asked()).toEqual(["lint", "build", "deploy", "docs"]);
  });

  it("is a list; what its agents need is added, in the order of the team", async () => {
    const { made, asked, store } = team(["docs", "build", "docs"]);
    const outcome = await made.run(kind);
    expect(asked()).toEqual(["lint", "build", "docs"]);
    expect(outcome).toMatchObject({
      status: "complete",
      missing: [],
      results: { deploy: { status: "skipped", reason: "not-routed" } },
    });
    const planned = store.read(outcome.runId).find(({ type }) => type === "run.planned");
    expect(planned).toMatchObject({ mode: "parallel", agents: ["lint", "build", "docs"] });
  });

  it("is a list of the run, which wins", async () => {
    const route = vi.fn<() => string[]>(() => ["docs"]);
    const { made, asked } = team(route);
    await made.run(kind, { route: ["lint"] });
    expect(asked()).toEqual(["lint"]);
    expect(route).not.toHaveBeenCalled();
  });

  it("is a function of the task, at once or later", async () => {
    for (const route of [(task: Task) => [task.kind], async (task: Task) => [task.kind]]) {
      const { made, asked } = team(route);
      await made.run(kind);
      expect(asked()).toEqual(["docs"]);
    }
  });

  it("may be a thenable of another kind than a promise", async () => {
    const names = thenable((resolve: (names: string[]) => void) => resolve(["docs"]));
    const { made, asked } = team(() => names);
    await made.run(kind);
    expect(asked()).toEqual(["docs"]);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("no idea");
      },
      "failed: no idea",
    ],
    ["rejects", () => Promise.reject(new Error("no idea")), "failed: no idea"],
    ["rejects with nothing", () => Promise.reject(undefined as never), "failed: undefined"],
    ["names a stranger", () => ["docs", "nobody"], 'names "nobody", which is not among its agents'],
    ["names a stranger later", async () => ["nobody"], 'names "nobody"'],
    ["names what every object has", () => ["toString"], 'names "toString"'],
    ["names nobody", () => [], "names no agent"],
    ["returns nothing", () => undefined, "names no agent"],
    ["returns a text", () => "docs", "names no agent"],
    ["returns numbers", () => [1], "names number"],
  ])(
    "that %s rejects with BAD_ROUTE before anything is asked or logged",
    async (_, route, says) => {
      const { made, asked, store } = team(route);
      await expect(made.run(kind)).rejects.toMatchObject({
        code: "BAD_ROUTE",
        message: expect.stringContaining(says),
      });
      expect(asked()).toEqual([]);
      expect(store.runs()).toEqual([]);
    },
  );

  it("of a run that names a stranger or nobody is refused", async () => {
    const { made, store } = team();
    await expect(made.run(kind, { route: ["nobody" as never] })).rejects.toMatchObject({
      code: "BAD_ROUTE",
    });
    await expect(made.run(kind, { route: [] })).rejects.toMatchObject({ code: "BAD_ROUTE" });
    expect(store.runs()).toEqual([]);
  });

  it("that never answers is given up when the run is cancelled", async () => {
    const { made, store } = team(() => new Promise(() => {}));
    const controller = new AbortController();
    const running = made.run(kind, { signal: controller.signal });
    controller.abort("enough");
    await expect(running).rejects.toBe("enough");
    expect(store.runs()).toEqual([]);
  });

  it("that cancels the run is the end of it", async () => {
    const controller = new AbortController();
    const { made, asked } = team(() => {
      controller.abort("enough");
      return ["docs"];
    });
    await expect(made.run(kind, { signal: controller.signal })).rejects.toBe("enough");
    expect(asked()).toEqual([]);
  });

  it("is frozen before anything runs", async () => {
    const names = ["docs"];
    const { made, store } = team(() => names);
    const outcome = made.run(kind);
    names.push("lint");
    const { runId } = await outcome;
    const planned = store.read(runId).filter((event: RunEvent) => event.type === "run.planned");
    expect(planned).toMatchObject([{ agents: ["docs"] }]);
  });
});

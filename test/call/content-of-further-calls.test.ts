import { describe, expect, it } from "vitest";
import { agent, memory, rerun, supervisor, unanimous, vote } from "../../src/index.ts";

describe("the answer that the cache has for an agent", () => {
  it("is not given back to an agent that is asked once more with what the others hold", async () => {
    const asked: string[] = [];
    const member = <Name extends string>(name: Name, first: string, then: string) =>
      agent({
        name,
        version: "1",
        run: (_task: unknown, { others }) => {
          asked.push(`${name} ${others.length}`);
          return { recommendation: others.length === 0 ? first : then };
        },
      });
    const team = supervisor({
      name: "team",
      agents: { a: member("a", "ship", "hold"), b: member("b", "hold", "hold") },
      resolve: [unanimous(), rerun(), vote()],
      backend: memory(),
      cache: true,
    });
    const verdicts = [{ winner: "hold", status: "unanimous" }];
    expect(await team.run("task" as never)).toMatchObject({ verdicts });
    expect(asked).toEqual(["a 0", "b 0", "a 1", "b 1"]);
    // The same in another run: both answers of each are kept, and told apart.
    expect(await team.run("task" as never)).toMatchObject({ verdicts });
    expect(asked).toHaveLength(4);
  });

  it("is not the one that it gave while somebody before it had failed", async () => {
    let fault: string | undefined = "down";
    const asked: string[] = [];
    const reviewer = agent({
      name: "reviewer",
      version: "1",
      retries: 0,
      cache: false,
      run: (_task: unknown) => {
        if (fault !== undefined) throw new Error(fault);
        return "three faults";
      },
    });
    const writer = agent({
      name: "writer",
      version: "1",
      run: (_task: unknown, { results }) => {
        const seen = results["reviewer"];
        asked.push(seen?.status === "ok" ? "ok" : String(seen?.detail));
        return seen?.status === "ok" ? `fixed ${String(seen.output)}` : "nothing to fix";
      },
    });
    const team = supervisor({
      name: "team",
      agents: { reviewer, writer },
      mode: "sequence",
      backend: memory(),
      cache: true,
    });
    await team.run("task" as never);
    await team.run("task" as never);
    fault = "gone";
    await team.run("task" as never);
    fault = undefined;
    expect(await team.run("task" as never)).toMatchObject({
      results: { writer: { output: "fixed three faults" } },
    });
    expect(asked).toEqual(["reviewer failed: down", "reviewer failed: gone", "ok"]);
  });

  it("is not the one that a fallback gave after another failure", async () => {
    let code = 401;
    const seen: string[] = [];
    const standIn = agent({
      name: "standin",
      version: "1",
      run: (_task: unknown, { failed }) => {
        seen.push(String(failed[0]?.code));
        return String(failed[0]?.code);
      },
    });
    const first = agent({
      name: "first",
      version: "1",
      retries: 0,
      cache: false,
      fallback: [standIn],
      run: (_task: unknown): string => {
        if (code === 401) throw new Error("no login");
        return 1n as never as string;
      },
    });
    const team = supervisor({
      name: "team",
      agents: { first },
      backend: memory(),
      cache: true,
    });
    for (code of [401, 401, 200]) await team.run("task" as never);
    expect(seen).toEqual(["AGENT_FAILED", "OUTPUT_NOT_JSON"]);
  });
});

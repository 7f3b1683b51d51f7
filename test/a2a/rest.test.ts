import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { AgentCard } from "@a2a-js/sdk";
import { AgentEvent, DefaultRequestHandler, InMemoryTaskStore } from "@a2a-js/sdk/server";
import { restHandler, UserBuilder } from "@a2a-js/sdk/server/express";
import express from "express";
import { describe, expect, it } from "vitest";
import { supervisor } from "../../src/index.ts";
import { a2aAgent } from "../../src/a2a/index.ts";
import { data } from "./sdk-client.ts";

describe("a peer that speaks HTTP with JSON", () => {
  it("is asked again and again until its task is over, and told to stop", async () => {
    const cancelled: string[] = [];
    const app = express();
    const http = createServer(app);
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    const at = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const card = AgentCard.fromJSON({
      name: "peer",
      supportedInterfaces: [
        { url: `${at}/v1/`, protocolBinding: "HTTP+JSON", protocolVersion: "1.0" },
      ],
      capabilities: { streaming: true },
    });
    const requestHandler = new DefaultRequestHandler(card, new InMemoryTaskStore(), {
      async execute({ taskId, contextId, userMessage }, bus) {
        const status = (state: number) => ({ state, message: undefined, timestamp: undefined });
        const none = { artifacts: [], history: [], metadata: undefined };
        bus.publish(AgentEvent.task({ id: taskId, contextId, status: status(1), ...none }));
        await new Promise((resolve) => setImmediate(resolve));
        if (userMessage.parts[0]?.content?.value === "hang") return new Promise(() => {});
        const artifact = { artifactId: "a", name: "", description: "", extensions: [] };
        const parts = [data({ recommendation: "ship" })];
        const whole = { ...artifact, parts, metadata: undefined };
        const ids = { taskId, contextId, metadata: undefined };
        bus.publish(
          AgentEvent.artifactUpdate({ ...ids, artifact: whole, append: false, lastChunk: true }),
        );
        bus.publish(AgentEvent.statusUpdate({ ...ids, status: status(3) }));
      },
      async cancelTask(taskId, bus) {
        cancelled.push(taskId);
        const status = { state: 5, message: undefined, timestamp: undefined };
        bus.publish(
          AgentEvent.statusUpdate({ taskId, contextId: "c", status, metadata: undefined }),
        );
      },
    });
    app.get(
      "/.well-known/agent-card.json",
      (_request, response) => void response.json(AgentCard.toJSON(card)),
    );
    app.use("/v1", restHandler({ requestHandler, userBuilder: UserBuilder.noAuthentication }));

    const remote = a2aAgent({ name: "remote", url: at, allowPrivate: true, pollMs: 2, retries: 0 });
    const team = supervisor({ name: "team", agents: { remote } });
    const { results } = await team.run("ship?");
    expect(results.remote).toMatchObject({ status: "ok", output: { recommendation: "ship" } });

    const caller = new AbortController();
    const stream = team.stream("hang", { signal: caller.signal });
    const reading = (async () => {
      for await (const { type } of stream) {
        if (type === "call.checkpointed" || type === "call.progress")
          caller.abort(new Error("enough"));
      }
    })();
    await expect(reading).rejects.toThrow("enough");
    await expect(stream.outcome).rejects.toThrow("enough");
    expect(cancelled).toHaveLength(1);
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
});

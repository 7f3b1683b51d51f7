import type { Task } from "@a2a-js/sdk";
import { TaskState } from "@a2a-js/sdk";
import { describe, expect, it } from "vitest";
import { folder, start, team } from "../cli/command.ts";
import { message, sdkClient, sending, text } from "./sdk-client.ts";

describe("quorate serve", () => {
  it("answers the official client of A2A by the token that it prints", async () => {
    const { child, finished, printed } = start(["serve", team("echo"), "--port", "0"], folder());
    let said = "";
    child.stdout?.on("data", (part) => (said += String(part)));
    await printed("Ctrl-C stops it");
    const after = (word: string): string =>
      new RegExp(`^${word} (\\S+)`, "m").exec(said)?.[1] ?? "";
    const client = await sdkClient(new URL(after("open")).origin, after("token"));
    const card = await client.getAgentCard();
    expect(card.skills).toHaveLength(1);
    const task = await client.sendMessage(sending(message([text("hello")])));
    if (!("artifacts" in task)) throw new Error("it is no task");
    expect((task as Task).status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
    child.kill("SIGTERM");
    const { code, stderr } = await finished;
    expect([code, stderr]).toEqual([0, ""]);
  });
});

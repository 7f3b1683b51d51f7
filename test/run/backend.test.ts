import { describe, expect, it } from "vitest";
import { agent, cancel, memory, supervisor } from "../../src/index.ts";

const agents = { a: agent({ name: "a", run: () => "ship" }) };

describe("a backend", () => {
  it.each(["limiter", "executor"])(
    "whose %s is no function is refused as the team is described, and by the functions that take one",
    async (part) => {
      const backend = { ...memory(), [part]: 5 };
      const why = `backend.${part} is 5; give the function that makes it, or leave it out`;
      expect(() => supervisor({ name: "team", agents, backend })).toThrow(
        `supervisor "team": ${why}`,
      );
      const team = supervisor({ name: "team", agents });
      await expect(team.run(null, { backend })).rejects.toMatchObject({ code: "BAD_OPTIONS" });
      await expect(cancel(backend, "r")).rejects.toThrow(`cancel: ${why}`);
    },
  );
});

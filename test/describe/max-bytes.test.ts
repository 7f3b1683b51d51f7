// One number for the size of a value wherever it is measured: the bytes of its JSON in UTF-8.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agent, supervisor } from "../../src/index.ts";

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

const texts = [
  "a",
  "é",
  "€",
  "😀",
  '"',
  "\\",
  "\n",
  "\u0001",
  "\u007f",
  "\ud800",
  "\u2028",
  "😀\ud83d",
];
const values: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.string({ unit: fc.constantFrom(...texts) }),
  fc.dictionary(fc.string({ unit: fc.constantFrom(...texts) }), fc.jsonValue({ maxDepth: 2 })),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.array(fc.constantFrom(null, true, false, -0, 1e21, 1e-7, [], {})),
);

const answering = (output: unknown, maxBytes: number) =>
  supervisor({
    name: "team",
    agents: { a: agent({ name: "a", maxBytes, retries: 0, run: () => output as string }) },
  });

describe("maxBytes", () => {
  it("lets an output pass that has just so many bytes of JSON, and refuses one with a byte more", async () => {
    await fc.assert(
      fc.asyncProperty(values, async (output) => {
        const bytes = bytesOf(output);
        const fits = await answering(output, bytes).run("task");
        expect(fits.results.a.status).toBe("ok");
        if (bytes === 1) return;
        const large = await answering(output, bytes - 1).run("task");
        expect(large.results.a).toMatchObject({ error: { code: "OUTPUT_TOO_LARGE" } });
      }),
    );
  });

  it("measures a task as it measures an output", async () => {
    await fc.assert(
      fc.asyncProperty(values, async (task) => {
        const a = agent({ name: "a", run: () => "answer" });
        const bytes = bytesOf(task);
        const team = (maxBytes: number) => supervisor({ name: "team", agents: { a }, maxBytes });
        expect((await team(Math.max(bytes, 8)).run(task as never)).status).toBe("complete");
        if (bytes <= 8) return;
        await expect(team(bytes - 1).run(task as never)).rejects.toMatchObject({
          code: "INPUT_INVALID",
        });
      }),
    );
  });

  it("measures what an agent's schema makes of its output", async () => {
    const schema = {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: (value: unknown) => ({ value: `${String(value)}${"€".repeat(10)}` }),
      },
    };
    const team = (maxBytes: number) =>
      supervisor({
        name: "team",
        agents: {
          a: agent({ name: "a", output: schema, maxBytes, retries: 0, run: () => "b" as never }),
        },
      });
    expect((await team(33).run("task")).results.a.status).toBe("ok");
    expect((await team(32).run("task")).results.a).toMatchObject({
      error: { code: "OUTPUT_TOO_LARGE" },
    });
  });

  it("measures a position alike, whether it is recommended or claimed, and in whatever alphabet", async () => {
    const most = 64 * 1024;
    const recommending = (position: string) =>
      supervisor({
        name: "team",
        agents: { a: agent({ name: "a", retries: 0, run: () => ({ recommendation: position }) }) },
      });
    const claiming = (position: string) =>
      supervisor({
        name: "team",
        agents: {
          a: agent({
            name: "a",
            retries: 0,
            run: () => position,
            claims: () => [{ subject: "s", position }],
          }),
        },
      });
    for (const unit of ["a", "é", "€", "😀", "\n"]) {
      const count = Math.floor((most - 2) / (bytesOf(unit) - 2));
      for (const team of [recommending, claiming]) {
        expect((await team(unit.repeat(count)).run("task")).results.a.status).toBe("ok");
        expect((await team(unit.repeat(count + 1)).run("task")).results.a).toMatchObject({
          error: { code: "CLAIMS_INVALID" },
        });
      }
    }
  });
});

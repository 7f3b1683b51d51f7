import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { COMPILED } from "../compiled.ts";

const START = fileURLToPath(new URL("../../examples/start.ts", import.meta.url));

it("five recorded models: a panel has the verdicts of all with fewer calls for less, and each that differs is shown", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [START, "panel"], {
    env: { ...process.env, ...COMPILED },
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, ""]);
  const numbers = (pattern: RegExp): readonly number[] =>
    (pattern.exec(stdout) ?? []).slice(1).map(Number);
  const [calls = 0, all] = numbers(/calls +(\d+) +(\d+)/);
  expect(all).toBe(1000);
  expect(calls).toBeLessThan(650);
  // Whoever was asked is counted where it is shown.
  const asked = [...stdout.matchAll(/^ {2}\S+ +(\d+) █/gm)].map(([, times]) => Number(times));
  expect(asked).toHaveLength(5);
  expect(asked.reduce((sum, times) => sum + times, 0)).toBe(calls);
  const [few = 0, full = 0] = numbers(/cost +\$([\d.]+) +\$([\d.]+)/);
  expect([few > 0, few < full]).toEqual([true, true]);
  const [same = 0] = numbers(/The same verdict in (\d+) of 200/);
  expect(same).toBeGreaterThanOrEqual(190);
  expect(stdout.match(/: the panel .*, all five /g) ?? []).toHaveLength(Math.min(6, 200 - same));
  const [right = 0, rightOfAll = 0] = numbers(/right +(\d+) +(\d+)/);
  expect(Math.abs(right - rightOfAll)).toBeLessThanOrEqual(200 - same);
  expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
});

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { NOTICES } from "../../src/model/notices.ts";

it("has every notice with its level, in the order of the code", () => {
  const page = readFileSync(resolve(import.meta.dirname, "../../docs/notices.md"), "utf8");
  const rows = [...page.matchAll(/^\| `([\w-]+)` \| (warn|info)/gm)].map(([, code, level]) => [
    code,
    level,
  ]);
  expect(rows).toEqual(Object.entries(NOTICES).map(([code, { level }]) => [code, level]));
});

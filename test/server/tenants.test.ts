import { describe } from "vitest";
import { memory } from "../../src/index.ts";
import { tenantCases } from "./tenant-cases.ts";

describe("a second tenant", () => {
  tenantCases(() => memory({ resumable: true }));
});

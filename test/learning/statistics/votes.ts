import { expect } from "vitest";
import type { RecordedVote } from "../../../src/index.ts";
import type { Json } from "../../../src/model/json.ts";

export function vote(agent: string, subject: string, position: Json): RecordedVote {
  return { agent, subject, position };
}

/** `"0"`, `"1"`, …: names of so many subjects. */
export function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => String(i));
}

export const badOptions = expect.objectContaining({ code: "BAD_OPTIONS" }) as Error;

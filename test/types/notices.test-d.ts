import { judge, type Notice, type NoticeCode, type Outcome } from "../../src/index.ts";
import { recordTruth, recordTruths, type TruthResult } from "../../src/learning/index.ts";
import { memoryStore } from "../../src/store/memory.ts";

const CODE: NoticeCode = "nothing-compared";
// @ts-expect-error there is no such code
export const OTHER: NoticeCode = "nothing-was-compared";

export function warnings({ notices }: Pick<Outcome, "notices">): readonly Notice[] {
  return notices.filter(({ code, level }) => level === "warn" && code !== CODE);
}

judge({ ask: ({ again, criteria = "" }) => ({ choice: again ?? criteria }), instructions: "…" });
// @ts-expect-error instructions are a text
judge({ ask: () => ({ choice: "A" }), instructions: ["…"] });

const store = memoryStore();
export const truth = async (): Promise<readonly string[]> =>
  (await recordTruth({ store }, "r", "task", "hold", { by: "ann" })).right;
// @ts-expect-error who says so is a text
export const nobody = recordTruth({ store }, "r", "task", "hold", { by: 7 });

export const one = ({ recorded, error }: TruthResult): string =>
  recorded === undefined ? error.message : recorded.subject;
// @ts-expect-error a truth is about a subject
export const many = recordTruths({ store }, [{ runId: "r", truth: 1 }]);

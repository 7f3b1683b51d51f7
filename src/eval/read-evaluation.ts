import { readGiven } from "../check/given.ts";
import { QuorateError } from "../model/errors.ts";
import { fields } from "../model/record.ts";
import type { Evaluation } from "./evaluation.ts";

/**
 * An evaluation that was written as JSON. Throws `BAD_OPTIONS` for anything else, and for one of another version; `where` begins the sentence.
 */
export function readEvaluation(given: unknown, where = "the evaluation"): Evaluation {
  return readGiven(where, given, () => {
    const { schema, teams } = fields(given);
    if (schema !== "quorate-eval/1") {
      throw refusal(where, `has the schema ${JSON.stringify(schema)} and not "quorate-eval/1"`);
    }
    if (!Array.isArray(teams) || !teams.every(isTeam)) {
      throw refusal(where, "has a team that is not as evaluate() writes it");
    }
    return given as Evaluation;
  });
}

function refusal(where: string, why: string): QuorateError {
  const instead = "give what evaluate() returned, or quorate eval --report json=FILE wrote";
  return new QuorateError("BAD_OPTIONS", `${where} ${why}; ${instead}`);
}

// The parts that a comparison reads.
function isTeam(given: unknown): boolean {
  const { name, cases } = fields(given);
  return typeof name === "string" && Array.isArray(cases) && cases.every(isCase);
}

function isCase(given: unknown): boolean {
  const { id, truths, calls, spent } = fields(given);
  return (
    typeof id === "string" &&
    typeof calls === "number" &&
    typeof spent === "object" &&
    spent !== null &&
    Array.isArray(truths) &&
    truths.every((one) => {
      const { subject, truth, right } = fields(one);
      return typeof subject === "string" && truth !== undefined && typeof right === "boolean";
    })
  );
}

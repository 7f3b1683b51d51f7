import type { Position } from "../model/conflict.ts";
import type { Question } from "./resolver.ts";
import type { VerdictStatus } from "../model/verdict.ts";

/** How many agents hold a position. */
export function voicesOf(positions: readonly Position[]): number {
  return positions.reduce((sum, { heldBy }) => sum + heldBy.length, 0);
}

/** Whether those who spoke are two or more, and more than half of those who were asked. */
export function isMajority({ positions, asked }: Pick<Question, "positions" | "asked">): boolean {
  return areMajority(voicesOf(positions), asked);
}

/** Whether this many are two or more, and more than half of those who were asked. */
export function areMajority(voices: number, asked: number): boolean {
  return voices >= 2 && voices * 2 > asked;
}

/** The status if all who spoke hold one position, whichever resolver decides: one voice is no agreement. */
export function agreementOf(
  question: Pick<Question, "positions" | "asked" | "enough">,
): VerdictStatus {
  if (isMajority(question)) return "unanimous";
  // A single voice that was enough for a panel decides: nobody else was to speak.
  const isEnough = question.enough === true && question.asked === 1;
  return voicesOf(question.positions) === 1 && !isEnough ? "unopposed" : "decided";
}

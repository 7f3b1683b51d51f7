import type { Calibration, Estimator } from "../../model/reliability.ts";

/** One decision whose truth is known. */
export interface CheckedGuess {
  /** The confidence that it was made with, 0–1. */
  readonly confidence: number;
  readonly right: boolean;
  /** How many agents spoke. */
  readonly voices: number;
}

/** Fewer truths make the confidence worse rather than better; weights that come from the same truths need more. */
const LEAST_CALIBRATED: Readonly<Record<Estimator, number>> = {
  "dawid-skene": 20,
  "one-coin": 100,
};
/** No confidence is higher than this, or lower than the rest of it. */
const MOST = 0.999;
/** How strongly slope and shift are held to 1 and 0: a normal prior of precision RIDGE. */
const RIDGE = 8;
const ROUNDS = 100;
const ENOUGH = 1e-12;

/** Platt's scaling (1999) by Newton's method, drawn towards leaving confidences as they are. `undefined` for too few. */
export function calibrate(
  checked: readonly CheckedGuess[],
  estimator: Estimator,
): Calibration | undefined {
  if (checked.length < LEAST_CALIBRATED[estimator]) return undefined;
  const points = checked.map(
    ({ confidence, right }) => [logit(confidence), right ? 1 : 0] as const,
  );
  let slope = 1;
  let shift = 0;
  for (let round = 0; round < ROUNDS; round++) {
    let downSlope = RIDGE * (slope - 1);
    let downShift = RIDGE * shift;
    let curveSlope = RIDGE;
    let curveShift = RIDGE;
    let curveBoth = 0;
    for (const [x, y] of points) {
      const chance = logistic(slope * x + shift);
      const curve = chance * (1 - chance);
      downSlope += (chance - y) * x;
      downShift += chance - y;
      curveSlope += curve * x * x;
      curveShift += curve;
      curveBoth += curve * x;
    }
    const determinant = curveSlope * curveShift - curveBoth * curveBoth;
    const stepSlope = (downSlope * curveShift - downShift * curveBoth) / determinant;
    const stepShift = (downShift * curveSlope - downSlope * curveBoth) / determinant;
    slope -= stepSlope;
    shift -= stepShift;
    if (Math.abs(stepSlope) + Math.abs(stepShift) < ENOUGH) break;
  }
  const voices = checked.reduce((sum, each) => sum + each.voices, 0) / checked.length;
  return { slope: Math.max(0, slope), shift, truths: checked.length, voices };
}

/** Confidences with fewer voices than this share of the average stay as they are, because the truths say nothing about them. */
const LEAST_VOICES = 1 / 2;

/** Whether a calibration applies to decisions of this many agents. */
export function fits({ voices = 0 }: Calibration, speakers: number): boolean {
  return speakers >= voices * LEAST_VOICES;
}

/** The calibrated confidence. */
export function calibrated(confidence: number, { slope, shift }: Calibration): number {
  return bounded(logistic(slope * logit(confidence) + shift));
}

function bounded(chance: number): number {
  return Math.min(MOST, Math.max(1 - MOST, chance));
}

function logit(chance: number): number {
  const safe = bounded(chance);
  return Math.log(safe / (1 - safe));
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** A fitted logistic regression over raw features: chance = 1 / (1 + e^−(intercept + Σ weight × feature)). */
export interface Logistic {
  readonly intercept: number;
  readonly weights: readonly number[];
}

export interface Example {
  readonly features: readonly number[];
  readonly right: boolean;
}

const ROUNDS = 100;
const ENOUGH = 1e-10;

/**
 * Logistic regression by Newton's method. Features are first scaled to mean 0 and variance 1; their weights are drawn
 * to 0 by a normal prior of precision `ridge`, the intercept is free. A feature that does not vary gets the weight 0.
 * The examples are added up in the given order: pass them in a canonical one. There must be right and wrong ones.
 */
export function fitLogistic(examples: readonly Example[], ridge: number): Logistic {
  const width = examples[0]?.features.length ?? 0;
  const scales = Array.from({ length: width }, (_, k) => scaleOf(examples, k));
  const rows = examples.map(({ features, right }) => ({
    x: [1, ...features.map((value, k) => (value - (scales[k]?.mean ?? 0)) / (scales[k]?.sd ?? 1))],
    y: right ? 1 : 0,
  }));
  const fitted = new Float64Array(width + 1);
  for (let round = 0; round < ROUNDS; round++) {
    const step = newtonStep(rows, fitted, ridge);
    let moved = 0;
    step.forEach((by, k) => {
      fitted[k] = (fitted[k] ?? 0) - by;
      moved += Math.abs(by);
    });
    if (moved < ENOUGH) break;
  }
  const weights = scales.map(({ sd }, k) => (fitted[k + 1] ?? 0) / sd);
  const shift = scales.reduce((sum, { mean }, k) => sum + (weights[k] ?? 0) * mean, 0);
  return { intercept: (fitted[0] ?? 0) - shift, weights };
}

/** The chance of an example. */
export function chanceOf({ intercept, weights }: Logistic, features: readonly number[]): number {
  const score = features.reduce((sum, value, k) => sum + value * (weights[k] ?? 0), intercept);
  return 1 / (1 + Math.exp(-score));
}

interface Observation {
  readonly x: readonly number[];
  readonly y: number;
}

function scaleOf(examples: readonly Example[], k: number): { mean: number; sd: number } {
  const values = examples.map(({ features }) => features[k] ?? 0);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, sd: Math.sqrt(variance) || 1 };
}

function newtonStep(
  rows: readonly Observation[],
  fitted: Float64Array,
  ridge: number,
): readonly number[] {
  const width = fitted.length;
  const slope = Array.from(fitted, (weight, k) => (k === 0 ? 0 : ridge * weight));
  const curve = Array.from(fitted, (_, k) =>
    Array.from(fitted, (__, m) => (k !== m ? 0 : k === 0 ? 1e-9 : ridge)),
  );
  for (const { x, y } of rows) {
    const score = x.reduce((sum, value, k) => sum + value * (fitted[k] ?? 0), 0);
    const chance = 1 / (1 + Math.exp(-score));
    const bend = chance * (1 - chance);
    for (let k = 0; k < width; k++) {
      slope[k] = (slope[k] ?? 0) + (chance - y) * (x[k] ?? 0);
      const row = curve[k] ?? [];
      for (let m = 0; m < width; m++) row[m] = (row[m] ?? 0) + bend * (x[k] ?? 0) * (x[m] ?? 0);
    }
  }
  return solve(curve, slope);
}

/** Gaussian elimination; the matrix is symmetric and positive definite, so no pivoting is needed. */
function solve(matrix: readonly number[][], right: readonly number[]): readonly number[] {
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
  const width = rows.length;
  rows.forEach((row, i) => {
    const pivot = row[i] ?? 1;
    for (const other of rows.slice(i + 1)) {
      const factor = (other[i] ?? 0) / pivot;
      for (let m = i; m <= width; m++) other[m] = (other[m] ?? 0) - factor * (row[m] ?? 0);
    }
  });
  const found = Array.from({ length: width }, () => 0);
  for (let i = width - 1; i >= 0; i--) {
    const row = rows[i] ?? [];
    let rest = row[width] ?? 0;
    for (let m = i + 1; m < width; m++) rest -= (row[m] ?? 0) * (found[m] ?? 0);
    found[i] = rest / (row[i] ?? 1);
  }
  return found;
}

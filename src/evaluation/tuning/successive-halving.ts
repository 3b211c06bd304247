/** How budgets are handed out: a few trials get all of it. */
export interface HalvingPlan {
  /** Ascending shares of the full budget, the last one 1: what a trial gets at each rung. */
  readonly shares: readonly number[];
  /** Of the trials of a rung one in `factor` goes on. */
  readonly factor: number;
  /** Trials that begin a round together. */
  readonly roundSize: number;
}

/**
 * Successive halving (Jamieson and Talwalkar, AISTATS 2016): `factor^(rungs - 1)` trials begin a round, each rung keeps
 * the best `1 / factor` of them and gives those `factor` times the budget, so each rung costs the same.
 */
export function halvingPlan(rungs: number, factor: number): HalvingPlan {
  return {
    shares: Array.from({ length: rungs }, (_, rung) => factor ** (rung - rungs + 1)),
    factor,
    roundSize: factor ** (rungs - 1),
  };
}

export interface RungResult {
  readonly trial: number;
  /** Higher is better; -Infinity for a trial that failed, which never goes on. */
  readonly value: number;
}

/**
 * Which trials of a rung go on, ascending: the best third for the factor 3, at least one; of equal ones the earlier.
 *
 * @param exempt goes on whatever it reached
 */
export function survivors(results: readonly RungResult[], factor: number, exempt?: number): number[] {
  const places = Math.max(1, Math.floor(results.length / factor));
  return [...results]
    .sort((a, b) => (a.value === b.value ? a.trial - b.trial : b.value - a.value))
    .filter(({ trial, value }, place) => trial === exempt || (place < places && value > -Infinity))
    .map(({ trial }) => trial)
    .sort((a, b) => a - b);
}

/** Measurements that so many trials take, over all rungs. @param exempt the first round has a trial that always goes on */
export function plannedMeasurements(trials: number, plan: HalvingPlan, exempt: boolean): number {
  let total = 0;
  for (let first = 0; first < trials; first += plan.roundSize) {
    let left = Math.min(plan.roundSize, trials - first);
    plan.shares.forEach((_, rung) => {
      if (rung > 0) left = Math.max(1, Math.floor(left / plan.factor));
      total += left;
    });
  }
  return total + (exempt && trials > 1 ? plan.shares.length - 1 : 0);
}

import { linearItemModel } from './linear-item-model.js';
import { type LiteratureMethod } from './literature-method.js';
import { type NormalEquations, sessionRegression } from '../../tables/linear/session-regression.js';
import { normaliseRows, type SparseMatrix } from '../../tables/linear/sparse-matrix.js';
import { largestOfRidge } from '../../tables/linear/sparse-ridge.js';
import { walkWithRestart } from '../../tables/linear/walk-with-restart.js';

/** Settings of {@link sWalk}. */
export type SWalkSettings = {
  /** The paper's alpha: the walk goes on with this probability and restarts (teleports) otherwise. */
  readonly walk: number;
  /** The paper's beta: a teleport jumps to a similar item with this probability and stays otherwise. */
  readonly jump: number;
  /** Decay by distance in training, in events. */
  readonly deltaTrain: number;
  /** Decay by distance in a query, in events. */
  readonly deltaInference: number;
  /** Decay by a session's age, in days. */
  readonly deltaSession: number;
  /** Ridge penalty of both models. */
  readonly lambda: number;
  /** The transition model's input: `past` as in the paper, `last` as their code also allows. */
  readonly context: 'past' | 'last';
  /** See {@link SparseRidge}. */
  readonly tolerance: number;
  /** Entries kept per row of the transition and of the teleportation model: the largest, above 0. */
  readonly modelRowLength: number;
  /** Walkers on an item are followed no further when they are fewer than this share. */
  readonly smallestShare: number;
  /** Entries kept per row of the final matrix. */
  readonly rowLength: number;
};

/**
 * S-Walk: random walks with restart from item to item, `M = walk M R + (1 - walk) T`. R, the transition model, is SLIT;
 * T = jump S + (1 - jump) I with S, the teleportation model, being SLIS; of both the entries above 0, rows summing to 1.
 *
 * We differ in that the models' rows are solved to a tolerance and cut, and that M, the sum of `(1 - walk) walk^k T R^k`,
 * is added up to the k where no share of walkers is left that is worth following, instead of until a norm of M settles.
 */
export const sWalk: LiteratureMethod<SWalkSettings> = {
  name: 's-walk',
  label: 'S-Walk',
  source: 'Choi et al., WSDM 2022',
  defaults: {
    walk: 0.5,
    jump: 0.9,
    deltaTrain: 0.5,
    deltaInference: 2,
    deltaSession: 64,
    lambda: 10,
    context: 'past',
    tolerance: 1e-3,
    modelRowLength: 200,
    smallestShare: 1e-4,
    rowLength: 500,
  },
  space: {
    walk: { kind: 'choice', values: [0.1, 0.3, 0.5, 0.7, 0.9] },
    jump: { kind: 'choice', values: [0.1, 0.3, 0.5, 0.7, 0.9, 1] },
    deltaTrain: { kind: 'choice', values: [0.125, 0.25, 0.5, 1, 2, 4, 8] },
    deltaInference: { kind: 'choice', values: [0.125, 0.25, 0.5, 1, 2, 4, 8] },
    deltaSession: { kind: 'choice', values: [1, 2, 4, 8, 16, 32, 64, 128, 256] },
    context: { kind: 'choice', values: ['past', 'last'] },
  },
  fit(known, settings) {
    const partial = sessionRegression(known, { ...settings, similarity: 0, transition: 1 });
    const transition = stochastic(partial, settings);
    const full = sessionRegression(known, { ...settings, similarity: 1, transition: 0 });
    const teleport = stochastic(full, settings);
    const model = walkWithRestart(transition, teleport, settings);
    return { name: 's-walk', label: 'S-Walk', rank: linearItemModel(model, settings.deltaInference) };
  },
};

/** The regression's solution without its negative entries, rows scaled to the sum 1. */
function stochastic(
  equations: NormalEquations,
  { lambda, tolerance, modelRowLength }: SWalkSettings,
): SparseMatrix {
  const matrix = largestOfRidge(equations, lambda, tolerance, modelRowLength);
  normaliseRows(matrix);
  return matrix;
}

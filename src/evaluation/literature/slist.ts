import { linearItemModel } from './linear-item-model.js';
import { type LiteratureMethod } from './literature-method.js';
import { sessionRegression } from '../../tables/linear/session-regression.js';
import { largestOfRidge } from '../../tables/linear/sparse-ridge.js';

/** Settings of {@link slist}, named as in the paper. */
export type SlistSettings = {
  /** Weight of SLIS (full sessions); SLIT (partial sessions) has the rest. */
  readonly alpha: number;
  /** Decay by distance in training, in events. */
  readonly deltaTrain: number;
  /** Decay by distance in a query, in events. */
  readonly deltaInference: number;
  /** Decay by a session's age, in days. */
  readonly deltaSession: number;
  /** Ridge penalty. */
  readonly lambda: number;
  /** SLIT's input: `past` as in the paper, `last` as in the settings that the authors published with their code. */
  readonly context: 'past' | 'last';
  /** See {@link SparseRidge}. */
  readonly tolerance: number;
  /** Entries kept per row of B: the largest, above 0. */
  readonly rowLength: number;
};

/**
 * SLIST: one linear model from item to item, `B = (X'WX + lambda I)^-1 X'WY`, where X and Y stack the full sessions (SLIS)
 * and the partial sessions (SLIT), weighted alpha and 1 - alpha, and W is the sessions' age weight.
 *
 * We differ in one thing: rows of B are solved one by one to a tolerance and cut to their largest entries, instead of by
 * a dense inverse.
 */
export const slist: LiteratureMethod<SlistSettings> = {
  name: 'slist',
  label: 'SLIST',
  source: 'Choi et al., WWW 2021',
  defaults: {
    alpha: 0.8,
    deltaTrain: 1,
    deltaInference: 2,
    deltaSession: 128,
    lambda: 10,
    context: 'last',
    tolerance: 1e-4,
    rowLength: 500,
  },
  space: {
    alpha: { kind: 'choice', values: [0.2, 0.4, 0.6, 0.8] },
    deltaTrain: { kind: 'choice', values: [0.125, 0.25, 0.5, 1, 2, 4, 8] },
    deltaInference: { kind: 'choice', values: [0.125, 0.25, 0.5, 1, 2, 4, 8] },
    deltaSession: { kind: 'choice', values: [1, 2, 4, 8, 16, 32, 64, 128, 256] },
    context: { kind: 'choice', values: ['last', 'past'] },
  },
  fit(known, settings) {
    const { alpha, lambda, tolerance, rowLength, deltaInference } = settings;
    const equations = sessionRegression(known, { ...settings, similarity: alpha, transition: 1 - alpha });
    const model = largestOfRidge(equations, lambda, tolerance, rowLength);
    return { name: 'slist', label: 'SLIST', rank: linearItemModel(model, deltaInference) };
  },
};

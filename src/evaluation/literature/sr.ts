import { countRules, lastItemMethod } from './item-rules.js';
import { type LiteratureMethod } from './literature-method.js';

/** Weight of a rule by the distance x of its two events: 1, 2, ... */
const WEIGHTINGS = {
  /** 1 */
  same: () => 1,
  /** 1/x */
  div: (x: number) => 1 / x,
  /** 1 - x/10, 0 from a distance of 10 on */
  linear: (x: number) => Math.max(0, 1 - 0.1 * x),
  /** 1/x^2 */
  quadratic: (x: number) => 1 / (x * x),
  /** 1/log10(x + 1.7) */
  log: (x: number) => 1 / Math.log10(x + 1.7),
} as const;

export type SrSettings = {
  /** Largest distance in events between the two items of a rule. */
  steps: number;
  weighting: keyof typeof WEIGHTINGS;
};

/**
 * SR: sequential rules. `rules[a][b] += weighting(x)` for every b that comes x <= steps events after an a;
 * `score(j) = rules[last item][j]`. As in the authors' code, an item may follow itself, and sums stay raw: the paper's
 * division by the antecedent's count is the same for the whole list.
 *
 * Where we differ: session-rec's linear weight goes on below 0 from a distance of eleven on.
 */
export const sr: LiteratureMethod<SrSettings> = {
  name: 'sr',
  label: 'SR',
  source: 'Kamehkhosh, Jannach and Ludewig, TempRec at RecSys 2017; Ludewig and Jannach, UMUAI 2018',
  defaults: { steps: 10, weighting: 'div' },
  space: {
    steps: { kind: 'choice', values: [1, 2, 3, 5, 8, 10, 12, 15, 20, 25, 30] },
    weighting: { kind: 'choice', values: ['div', 'linear', 'quadratic', 'log', 'same'] },
  },
  fit: (known, { steps, weighting }) =>
    lastItemMethod('sr', 'SR', countRules(known, 0, steps, WEIGHTINGS[weighting])),
};

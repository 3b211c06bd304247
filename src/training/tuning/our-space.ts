import { type Dimension, type SearchSpace } from '../../evaluation/tuning/search-space.js';
import { OUR_SETTINGS } from './our-settings.js';

/**
 * What the tuner may try, by the pattern of a setting's path; the first that fits counts. Left out is what costs
 * memory or time and hardly changes the answer (row and list lengths, bins), and what is the data's matter: weights of
 * event types, a leaf's least rows.
 */
const RULES: readonly (readonly [RegExp, Dimension])[] = [
  [/^tables\.next\.maxDistance$/, { kind: 'whole', low: 1, high: 30, log: true }],
  [/^tables\.(next|coSession|embedding)\.halfLifeDays$/, { kind: 'real', low: 3, high: 365, log: true }],
  [/^tables\.(next|coSession)\.distancePower$/, { kind: 'real', low: 0, high: 2 }],
  [/^tables\.(next|coSession|walk)\.popularityPower$/, { kind: 'real', low: 0, high: 1 }],
  [/^tables\.walk\.backwardWeight$/, { kind: 'real', low: 0, high: 1 }],
  [/^tables\.embedding\.epochs$/, { kind: 'whole', low: 2, high: 8, log: true }],
  [/^tables\.embedding\.learningRate$/, { kind: 'real', low: 0.01, high: 0.3, log: true }],
  [/^tables\.embedding\.scale$/, { kind: 'real', low: 6, high: 24, log: true }],
  [
    /^retrieval\.limits\.(next|previous|co_session|walk|embedding|session_knn)$/,
    { kind: 'whole', low: 15, high: 200, log: true },
  ],
  [/^retrieval\.lagDecay\.(next|previous|co_session|walk)$/, { kind: 'real', low: 0.2, high: 1 }],
  [/^retrieval\.sessionKnn\.neighbours$/, { kind: 'whole', low: 50, high: 1500, log: true }],
  [/^retrieval\.sessionKnn\.(positionDecay|distanceDecay)$/, { kind: 'real', low: 0.5, high: 20, log: true }],
  [/^retrieval\.sessionKnn\.ageDecayDays$/, { kind: 'real', low: 3, high: 365, log: true }],
  [/^ranker\.objective$/, { kind: 'choice', values: ['lambdarank', 'binary'] }],
  [/^ranker\.learningRate$/, { kind: 'real', low: 0.01, high: 0.2, log: true }],
  [/^ranker\.leaves$/, { kind: 'whole', low: 15, high: 255, log: true }],
  [/^ranker\.featureFraction$/, { kind: 'real', low: 0.2, high: 1 }],
  [/^ranker\.baggingFraction$/, { kind: 'real', low: 0.4, high: 1 }],
  [/^ranker\.lambdaL2$/, { kind: 'real', low: 0.1, high: 50, log: true }],
  [/^ranker\.lambdarankTruncationLevel$/, { kind: 'whole', low: 10, high: 100, log: true }],
];

/** The settings of our pipeline that are tuned. A setting that is added to the code and fits a rule is tuned as well. */
export const OUR_SPACE: SearchSpace = Object.fromEntries(
  Object.keys(OUR_SETTINGS).flatMap((name) => {
    const rule = RULES.find(([pattern]) => pattern.test(name));
    return rule === undefined ? [] : [[name, rule[1]]];
  }),
);

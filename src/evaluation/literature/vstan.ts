import { type LiteratureMethod } from './literature-method.js';
import { fitTimeAware, type TimeAwareSettings } from './time-aware-neighbours.js';

export type VstanSettings = TimeAwareSettings;

/**
 * VSTAN: STAN with VSKNN's preference for rare items and for neighbours that share recent items. STAN's score, see
 * stan.ts, times `exp(-lag of the session's most recent shared item / matchDecay) * (1 + idfWeight * idf(j))`.
 *
 * Where we differ: session-rec's code offers both similarities and always takes the cosine.
 */
export const vstan: LiteratureMethod<VstanSettings> = {
  name: 'vstan',
  label: 'VSTAN',
  source: 'Ludewig et al., UMUAI 2021',
  defaults: {
    k: 500,
    sampleSize: 5000,
    similarity: 'cosine',
    positionDecay: 1.02,
    ageDecayDays: 5,
    distanceDecay: 2.05,
    matchDecay: 1.02,
    idfWeight: 5,
  },
  space: {
    k: { kind: 'choice', values: [100, 200, 500, 1000, 1500, 2000] },
    sampleSize: { kind: 'choice', values: [1000, 2500, 5000, 10000] },
    similarity: { kind: 'choice', values: ['cosine', 'vec'] },
    positionDecay: { kind: 'real', low: 0.05, high: 10, log: true },
    ageDecayDays: { kind: 'real', low: 2.5, high: 100, log: true },
    distanceDecay: { kind: 'real', low: 0.5, high: 10, log: true },
    matchDecay: { kind: 'real', low: 0.5, high: 10, log: true },
    idfWeight: { kind: 'choice', values: [0, 1, 2, 5, 10] },
  },
  fit(known, settings) {
    return { name: 'vstan', label: 'VSTAN', rank: fitTimeAware(known, settings) };
  },
};

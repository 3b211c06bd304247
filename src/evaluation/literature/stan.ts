import { type LiteratureMethod } from './literature-method.js';
import { fitTimeAware, type TimeAwareSettings } from './time-aware-neighbours.js';

export type StanSettings = Pick<
  TimeAwareSettings,
  'k' | 'sampleSize' | 'positionDecay' | 'ageDecayDays' | 'distanceDecay'
>;

/**
 * STAN: sequence- and time-aware neighbourhood. With `w(i) = exp(-lag(i) / positionDecay)`,
 * `similarity(s, n) = sum of w over shared items / (sqrt(sum w^2) sqrt(|n|)) * exp(-age(n) / ageDecayDays)`;
 * `score(j) = sum over n of similarity * exp(-|pos_n(j) - pos_n(i*)| / distanceDecay)`, i* the last shared item in n;
 * pos_n is an item's last place in n.
 *
 * The authors' grids are multiples of the mean session length and 0; `space` covers their range.
 */
export const stan: LiteratureMethod<StanSettings> = {
  name: 'stan',
  label: 'STAN',
  source: 'Garg et al., SIGIR 2019',
  defaults: { k: 500, sampleSize: 5000, positionDecay: 1.02, ageDecayDays: 5, distanceDecay: 2.05 },
  space: {
    k: { kind: 'choice', values: [100, 200, 500, 1000, 1500, 2000] },
    sampleSize: { kind: 'choice', values: [1000, 2500, 5000, 10000] },
    positionDecay: { kind: 'real', low: 0.05, high: 10, log: true },
    ageDecayDays: { kind: 'real', low: 2.5, high: 100, log: true },
    distanceDecay: { kind: 'real', low: 0.5, high: 10, log: true },
  },
  fit(known, settings) {
    const rank = fitTimeAware(known, { ...settings, similarity: 'cosine', matchDecay: 0, idfWeight: 0 });
    return { name: 'stan', label: 'STAN', rank };
  },
};

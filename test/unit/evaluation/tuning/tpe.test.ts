import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/domain/random.js';
import { latinHypercube } from '../../../../src/evaluation/tuning/latin-hypercube.js';
import { type FlatSettings, type SearchSpace } from '../../../../src/evaluation/tuning/search-space.js';
import { type Observation, proposeTpe } from '../../../../src/evaluation/tuning/tpe.js';

const space: SearchSpace = {
  rate: { kind: 'real', low: 1e-4, high: 1, log: true },
  share: { kind: 'real', low: 0, high: 1 },
  size: { kind: 'whole', low: 1, high: 100 },
  kind: { kind: 'choice', values: ['a', 'b', 'c', 'd'] },
};
const defaults: FlatSettings = { rate: 1, share: 0, size: 1, kind: 'a', fixed: true };

/** Best at rate .01, share .7, size 40, kind c, where it is 0. */
function objective({ rate, share, size, kind }: FlatSettings): number {
  return -(
    (Math.log10(Number(rate)) + 2) ** 2 / 4 +
    (Number(share) - 0.7) ** 2 * 4 +
    ((Number(size) - 40) / 50) ** 2 +
    (kind === 'c' ? 0 : 0.5)
  );
}

/** The best of 60 trials: 18 spread evenly, then proposals. */
function search(seed: number, propose: (observations: Observation[], random: Random) => FlatSettings) {
  const random = new Random(seed);
  const observations = latinHypercube(space, defaults, 18, random).map((settings) => ({
    settings,
    value: objective(settings),
  }));
  while (observations.length < 60) {
    const settings = propose(observations, random);
    observations.push({ settings, value: objective(settings) });
  }
  return observations;
}

const best = (observations: Observation[]) => Math.max(...observations.map(({ value }) => value));
const byTpe = (observations: Observation[], random: Random) =>
  proposeTpe(space, defaults, observations, random);
const byChance = (_: Observation[], random: Random) => latinHypercube(space, defaults, 1, random)[0]!;

describe('proposeTpe', () => {
  const seeds = Array.from({ length: 12 }, (_, n) => n + 1);

  it('comes closer to the optimum than chance does with the same number of trials', () => {
    const mean = (propose: typeof byTpe) =>
      seeds.reduce((sum, seed) => sum + best(search(seed, propose)), 0) / seeds.length;
    const [ours, random] = [mean(byTpe), mean(byChance)];
    expect(ours).toBeGreaterThan(-0.08);
    expect(ours).toBeGreaterThan(random / 2);
    const wins = seeds.filter((seed) => best(search(seed, byTpe)) > best(search(seed, byChance)));
    expect(wins.length).toBeGreaterThanOrEqual(9);
  });

  it('proposes the same for the same seed, and else for another', () => {
    expect(search(3, byTpe)).toEqual(search(3, byTpe));
    expect(search(3, byTpe)).not.toEqual(search(4, byTpe));
  });

  it('stays inside the space and leaves other settings alone', () => {
    for (const { settings } of search(5, byTpe)) {
      const { rate, share, size, kind, fixed } = settings;
      expect(rate).toBeGreaterThanOrEqual(1e-4);
      expect(rate).toBeLessThanOrEqual(1);
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
      expect(Number.isInteger(size) && Number(size) >= 1 && Number(size) <= 100).toBe(true);
      expect(['a', 'b', 'c', 'd']).toContain(kind);
      expect(fixed).toBe(true);
    }
  });

  it('keeps away from settings that do not work', () => {
    const works = ({ share }: FlatSettings) => Number(share) < 0.5;
    const random = new Random(1);
    const observations = latinHypercube(space, defaults, 30, random).map((settings) => ({
      settings,
      value: works(settings) ? 1 : -Infinity,
    }));
    const proposals = Array.from({ length: 40 }, () => byTpe(observations, random));
    expect(proposals.filter(works).length).toBeGreaterThan(30);
  });

  it('proposes from the prior when nothing is known', () => {
    const random = new Random(1);
    const kinds = new Set(Array.from({ length: 60 }, () => byTpe([], random).kind));
    expect(kinds.size).toBe(4);
  });
});

describe('latinHypercube', () => {
  it('uses every stratum of every dimension once, and choices in turns', () => {
    const points = latinHypercube(space, defaults, 8, new Random(2));
    const strata = points.map(({ share }) => Math.floor(Number(share) * 8)).sort();
    expect(strata).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const kinds = points.map(({ kind }) => kind).sort();
    expect(kinds).toEqual(['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd']);
    const orders = points.map(({ rate }) => Math.floor((Math.log10(Number(rate)) + 4) * 2)).sort();
    expect(orders).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});

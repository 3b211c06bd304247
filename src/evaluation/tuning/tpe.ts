import { type Random } from '../../domain/random.js';
import { type FlatSettings, type SearchSpace } from './search-space.js';
import { fromUnit, toUnit, unitDimensions } from './unit-space.js';

/** A trial that was measured. */
export interface Observation {
  readonly settings: FlatSettings;
  /** Higher is better; -Infinity for settings that do not work. */
  readonly value: number;
}

/** The share of the trials that counts as good (gamma), and at most how many. Tried: .1, .15, .2; .1 came closest in 60 trials. */
const GOOD_SHARE = 0.1;
const MOST_GOOD = 25;
/** Draws from the good density, of which the one with the best ratio is taken; the number of the authors' code. */
const DRAWS = 24;

/**
 * The next settings to try: the tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kegl, NeurIPS 2011). The
 * trials are parted into good ones and the rest; l(x) and g(x) are densities of the two; of some draws from l the one with
 * the largest l(x) / g(x), which has the largest expected improvement, is taken, each dimension for itself.
 *
 * A number's density is a mixture of normals on [0, 1], cut at the ends, one per trial and one wide one for the prior;
 * each is as wide as the distance to its farther neighbour. A choice's density is its count plus one.
 *
 * Where we differ: gamma is .1 and not .15, and the space is flat: no setting exists only for some values of another.
 *
 * @param defaults values of what is not in the space
 */
export function proposeTpe(
  space: SearchSpace,
  defaults: FlatSettings,
  observations: readonly Observation[],
  random: Random,
): FlatSettings {
  const ordered = [...observations].sort((a, b) => (a.value === b.value ? 0 : b.value - a.value));
  const goodCount = Math.min(MOST_GOOD, Math.ceil(GOOD_SHARE * ordered.length));
  const proposed = { ...defaults };
  for (const dimension of unitDimensions(space)) {
    const units = ordered.map(({ settings }) => toUnit(dimension, settings[dimension.name]!));
    const density = (of: readonly number[]): Density =>
      dimension.choices > 0 ? new ChoiceDensity(dimension.choices, of) : new ParzenDensity(of);
    const good = density(units.slice(0, goodCount));
    const rest = density(units.slice(goodCount));
    let best = 0;
    let bestRatio = -Infinity;
    for (let draw = 0; draw < DRAWS; draw++) {
      const unit = good.draw(random);
      const ratio = Math.log(good.at(unit)) - Math.log(rest.at(unit));
      if (ratio > bestRatio) [best, bestRatio] = [unit, ratio];
    }
    proposed[dimension.name] = fromUnit(dimension, best);
  }
  return proposed;
}

interface Density {
  draw(random: Random): number;
  /** Above 0 everywhere. */
  at(unit: number): number;
}

class ChoiceDensity implements Density {
  private readonly shares: Float64Array;

  constructor(choices: number, places: readonly number[]) {
    this.shares = new Float64Array(choices).fill(1);
    for (const place of places) if (place >= 0) this.shares[place]!++;
    const total = this.shares.reduce((sum, count) => sum + count, 0);
    for (let place = 0; place < choices; place++) this.shares[place]! /= total;
  }

  draw(random: Random): number {
    let rest = random.next();
    let place = 0;
    while (place < this.shares.length - 1 && (rest -= this.shares[place]!) >= 0) place++;
    return place;
  }

  at(place: number): number {
    return this.shares[place]!;
  }
}

/** The prior of a number: a normal over the whole range. */
const PRIOR = { centre: 0.5, width: 1 };

class ParzenDensity implements Density {
  private readonly centres: readonly number[];
  private readonly widths: readonly number[];
  /** Mass of each normal inside [0, 1]. */
  private readonly masses: readonly number[];

  constructor(units: readonly number[]) {
    const centres = [...units, PRIOR.centre].sort((a, b) => a - b);
    const prior = centres.indexOf(PRIOR.centre);
    const narrowest = 1 / Math.min(100, centres.length + 1);
    this.centres = centres;
    this.widths = centres.map((centre, i) => {
      if (i === prior) return PRIOR.width;
      const toLeft = i === 0 ? 0 : centre - centres[i - 1]!;
      const toRight = i === centres.length - 1 ? 0 : centres[i + 1]! - centre;
      return Math.max(narrowest, toLeft, toRight);
    });
    this.masses = centres.map((centre, i) => {
      const width = this.widths[i]!;
      return normalCdf((1 - centre) / width) - normalCdf(-centre / width);
    });
  }

  draw(random: Random): number {
    const i = random.below(this.centres.length);
    for (;;) {
      const unit = this.centres[i]! + this.widths[i]! * random.normal();
      if (unit >= 0 && unit <= 1) return unit;
    }
  }

  at(unit: number): number {
    let sum = 0;
    for (let i = 0; i < this.centres.length; i++) {
      const z = (unit - this.centres[i]!) / this.widths[i]!;
      sum += Math.exp(-0.5 * z * z) / (this.widths[i]! * this.masses[i]!);
    }
    return sum / (this.centres.length * Math.sqrt(2 * Math.PI));
  }
}

/** The standard normal distribution function, to 1.5e-7 (Abramowitz and Stegun 7.1.26). */
function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const polynomial =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - polynomial * Math.exp(-x * x);
  return z < 0 ? (1 - erf) / 2 : (1 + erf) / 2;
}

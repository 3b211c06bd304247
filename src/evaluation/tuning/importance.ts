import { Random } from '../../domain/random.js';
import { growTree, varianceShares } from './regression-tree.js';
import { type SearchSpace } from './search-space.js';
import { type Observation } from './tpe.js';
import { toUnit, unitDimensions } from './unit-space.js';

/** How much one setting mattered. */
export interface SettingImportance {
  readonly setting: string;
  /** Share of the objective's variance over the whole space that this setting explains by itself, 0..1. */
  readonly share: number;
  /** The share it gets when the trials' values are shuffled: below about twice that, it says nothing. */
  readonly chance: number;
}

const TREES = 32;
const SHUFFLES = 16;
const SMALLEST_LEAF = 2;
/** Numbers are looked at in this many steps of equal width, on the dimension's own scale. */
const CELLS = 16;

/**
 * What mattered: functional ANOVA (Hutter, Hoos and Leyton-Brown, ICML 2014). A random forest learns the objective from
 * the trials; each tree is a step function over the space, whose variance (all settings equally likely) is taken apart
 * exactly into what each setting explains by itself; shares are means over the trees. They add up to less than 1: the
 * rest is interactions, and noise that the trees learned. The space is integrated evenly, so it does not matter that the
 * estimator tried some corners more often than others; but where it tried little, the forest guesses.
 *
 * @returns the largest share first; empty with fewer than 4 working trials or when all reached the same
 */
export function settingImportance(
  space: SearchSpace,
  observations: readonly Observation[],
  seed: number,
): SettingImportance[] {
  const dimensions = unitDimensions(space);
  const working = observations.filter(({ value }) => value > -Infinity);
  const values = Float64Array.from(working, ({ value }) => value);
  if (dimensions.length === 0 || values.length < 2 * SMALLEST_LEAF) return [];
  if (values.every((value) => value === values[0])) return [];

  const cellCounts = dimensions.map(({ choices }) => (choices > 0 ? choices : CELLS));
  const ordered = dimensions.map(({ choices }) => choices === 0);
  const cells = working.map(({ settings }) =>
    Uint8Array.from(dimensions, (dimension) => {
      const unit = toUnit(dimension, settings[dimension.name]!);
      // A default that is not one of the choices stands with the first.
      return dimension.choices > 0 ? Math.max(0, unit) : Math.min(CELLS - 1, Math.floor(unit * CELLS));
    }),
  );
  const random = new Random(seed);
  const forest = (targets: Float64Array, trees: number): Float64Array => {
    const shares = new Float64Array(dimensions.length);
    for (let tree = 0; tree < trees; tree++) {
      const sample = targets.map(() => random.below(targets.length));
      const leaves = growTree(
        { cells, values: targets, cellCounts, ordered },
        { sample, smallestLeaf: SMALLEST_LEAF, random },
      );
      varianceShares(leaves, cellCounts).forEach((share, d) => (shares[d]! += share / trees));
    }
    return shares;
  };
  const shares = forest(values, TREES);
  const chance = new Float64Array(dimensions.length);
  for (let shuffle = 0; shuffle < SHUFFLES; shuffle++) {
    const shuffled = forest(random.shuffle(values.slice()), TREES / 4);
    shuffled.forEach((share, d) => (chance[d]! += share / SHUFFLES));
  }
  return dimensions
    .map(({ name }, d) => ({ setting: name, share: shares[d]!, chance: chance[d]! }))
    .sort((a, b) => b.share - a.share || (a.setting < b.setting ? -1 : 1));
}

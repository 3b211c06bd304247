import { type Random } from '../../domain/random.js';
import { type FlatSettings, type SearchSpace } from './search-space.js';
import { fromUnit, unitDimensions } from './unit-space.js';

/**
 * Settings spread evenly over a space (McKay, Beckman and Conover 1979): each dimension is cut into `count` strata, and
 * each stratum is used once; choices take turns. Settings outside the space keep their defaults.
 */
export function latinHypercube(
  space: SearchSpace,
  defaults: FlatSettings,
  count: number,
  random: Random,
): FlatSettings[] {
  const points = Array.from({ length: count }, () => ({ ...defaults }));
  for (const unitDimension of unitDimensions(space)) {
    const { name, choices } = unitDimension;
    // Fewer points than choices must not always be the first choices.
    const offset = choices > 0 ? random.below(choices) : 0;
    const strata = random.shuffle(Array.from({ length: count }, (_, stratum) => stratum));
    points.forEach((point, n) => {
      const unit = choices > 0 ? (strata[n]! + offset) % choices : (strata[n]! + random.next()) / count;
      point[name] = fromUnit(unitDimension, unit);
    });
  }
  return points;
}

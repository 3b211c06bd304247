import { NextItemError } from '../../errors.js';
import { type SearchSpace } from './search-space.js';

/**
 * The settings of a space that are asked for.
 *
 * @param patterns names, or their beginnings up to a point such as `ranker`; none stands for all
 * @throws NextItemError `invalid_option` for a pattern that fits nothing
 */
export function partOfSpace(space: SearchSpace, patterns: readonly string[]): SearchSpace {
  if (patterns.length === 0) return space;
  const names = Object.keys(space);
  const fits = (name: string, pattern: string) => name === pattern || name.startsWith(`${pattern}.`);
  const unused = patterns.filter((pattern) => !names.some((name) => fits(name, pattern)));
  if (unused.length > 0) {
    throw new NextItemError(
      'invalid_option',
      `no tuned setting begins with ${unused.map((pattern) => `"${pattern}"`).join(', ')}; tuned are ` +
        (names.join(', ') || 'none: the method has no settings'),
      '--only',
    );
  }
  return Object.fromEntries(
    Object.entries(space).filter(([name]) => patterns.some((pattern) => fits(name, pattern))),
  );
}

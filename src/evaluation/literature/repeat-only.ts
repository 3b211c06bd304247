import { QUERY_EVENTS } from '../../retrieval/session-query.js';
import { type LiteratureMethod } from './literature-method.js';

/**
 * Repeat-only: the session's own items, the most recently taken first, and nothing else. How much of an accuracy comes
 * from repeats alone.
 */
export const repeatOnly: LiteratureMethod = {
  name: 'repeat-only',
  label: 'Repeat-only',
  source: 'a trivial baseline; recency as in Anderson, Kumar, Tomkins and Vassilvitskii, WWW 2014',
  defaults: {},
  space: {},
  fit() {
    const items = new Int32Array(QUERY_EVENTS);
    const scores = Float64Array.from(items, (_, place) => 1 / (1 + place));
    return {
      name: 'repeat-only',
      label: 'Repeat-only',
      bytes: 0,
      rank({ distinctCount, distinctItems }) {
        items.set(distinctItems);
        return { count: distinctCount, items, scores };
      },
    };
  },
};

import { countRules, lastItemMethod } from './item-rules.js';
import { type LiteratureMethod } from './literature-method.js';

/**
 * AR: association rules of size two. `score(j) = number of pairs of events (last item, j) of one session`, in any order.
 * As in the authors' code, an item that a session holds more than once goes with itself, and counts stay raw: the paper's
 * division by the antecedent's count is the same for the whole list.
 */
export const ar: LiteratureMethod = {
  name: 'ar',
  label: 'AR',
  source: 'Ludewig and Jannach, UMUAI 2018; rules after Agrawal, Imielinski and Swami, SIGMOD 1993',
  defaults: {},
  space: {},
  fit: (known) =>
    lastItemMethod(
      'ar',
      'AR',
      countRules(known, Infinity, Infinity, () => 1),
    ),
};

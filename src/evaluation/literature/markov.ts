import { countRules, lastItemMethod } from './item-rules.js';
import { type LiteratureMethod } from './literature-method.js';

/**
 * MC: a first-order Markov chain over items. `score(j) = times j came directly after the last item`, itself included; the
 * division by the times the last item was followed at all is the same for the whole list.
 */
export const markov: LiteratureMethod = {
  name: 'markov',
  label: 'Markov',
  source: 'Ludewig and Jannach, UMUAI 2018; chains after Norris, Cambridge University Press 1997',
  defaults: {},
  space: {},
  fit: (known) =>
    lastItemMethod(
      'markov',
      'Markov',
      countRules(known, 0, 1, () => 1),
    ),
};

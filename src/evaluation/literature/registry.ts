import { NextItemError } from '../../errors.js';
import { ar } from './ar.js';
import { itemKnn } from './item-knn.js';
import { type LiteratureMethod } from './literature-method.js';
import { markov } from './markov.js';
import { pop } from './pop.js';
import { repeatOnly } from './repeat-only.js';
import { sPop } from './s-pop.js';
import { sWalk } from './s-walk.js';
import { sknn } from './sknn.js';
import { slist } from './slist.js';
import { sr } from './sr.js';
import { stan } from './stan.js';
import { vmisKnn } from './vmis-knn.js';
import { vsknn } from './vsknn.js';
import { vstan } from './vstan.js';

/** Every published method we compare with, the simplest first: the order of tables and plots. */
export const LITERATURE: readonly LiteratureMethod[] = [
  pop,
  sPop,
  repeatOnly,
  ar,
  markov,
  sr,
  itemKnn,
  sknn,
  vsknn,
  stan,
  vstan,
  vmisKnn,
  slist,
  sWalk,
];

/** The method of that name. @throws NextItemError `invalid_option` naming the known ones */
export function literatureMethod(name: string): LiteratureMethod {
  const method = LITERATURE.find((known) => known.name === name);
  if (method === undefined) {
    throw new NextItemError(
      'invalid_option',
      `there is no method ${JSON.stringify(name)}; there are ${LITERATURE.map((known) => known.name).join(', ')}`,
      'method',
    );
  }
  return method;
}

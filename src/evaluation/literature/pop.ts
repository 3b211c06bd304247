import { type LiteratureMethod } from './literature-method.js';
import { ScoreBoard } from './score-board.js';

/** POP: the items with the most training events, the same for everyone. */
export const pop: LiteratureMethod = {
  name: 'pop',
  label: 'POP',
  source: 'the trivial baseline of Hidasi et al., ICLR 2016',
  defaults: {},
  space: {},
  fit({ items, postingOffsets }) {
    const board = new ScoreBoard(items);
    for (let item = 0; item < items; item++) {
      const events = postingOffsets[item + 1]! - postingOffsets[item]!;
      if (events > 0) board.add(item, events);
    }
    return { name: 'pop', label: 'POP', rank: () => board };
  },
};

import { type SessionQuery } from '../../retrieval/session-query.js';
import { type RankedItems } from '../methods.js';
import { ScoreBoard } from './score-board.js';
import { type SparseMatrix } from '../../tables/linear/sparse-matrix.js';

/**
 * Answers from an item-to-item matrix: `score(j) = sum over the session's events of exp(-(L - position) / deltaInference)
 * B[item][j]`, L the session's length. An item taken twice counts twice, as in the authors' code.
 *
 * @param model rows may be cut to their largest entries
 * @param deltaInference decay by distance from the last event, in events
 */
export function linearItemModel(
  model: SparseMatrix,
  deltaInference: number,
): (query: SessionQuery) => RankedItems {
  const { offsets, columns, values } = model;
  const board = new ScoreBoard(offsets.length - 1);
  return ({ items, length }) => {
    board.begin();
    for (let p = 0; p < length; p++) {
      const item = items[p]!;
      if (item < 0) continue;
      const weight = Math.exp(-(length - 1 - p) / deltaInference);
      for (let e = offsets[item]!, end = offsets[item + 1]!; e < end; e++) {
        board.add(columns[e]!, weight * values[e]!);
      }
    }
    return board;
  };
}

import { TopN } from '../top-n.js';
import { type SparseMatrix, SparseMatrixBuilder, SparseVector } from './sparse-matrix.js';

export interface WalkWithRestart {
  /** The walk goes on with this probability and restarts (teleports) otherwise. */
  readonly walk: number;
  /** A teleport jumps to a similar item with this probability and stays otherwise. */
  readonly jump: number;
  /** Walkers on an item are followed no further when they are fewer than this share. */
  readonly smallestShare: number;
  /** Entries kept per row of the result. */
  readonly rowLength: number;
}

/**
 * Where walkers from each item end: `M = walk M R + (1 - walk) T` with `T = jump S + (1 - jump) I`, the sum of
 * `(1 - walk) walk^k T R^k` up to the k where no share of walkers is left that is worth following. Each row is cut to
 * its largest entries. Source: S-Walk (Choi et al., WSDM 2022).
 *
 * @param transition R, rows summing to 1
 * @param teleport S, rows summing to 1
 */
export function walkWithRestart(
  transition: SparseMatrix,
  teleport: SparseMatrix,
  { walk, jump, smallestShare, rowLength }: WalkWithRestart,
): SparseMatrix {
  const items = transition.offsets.length - 1;
  const ended = new SparseVector(items);
  let walking = new SparseVector(items);
  let next = new SparseVector(items);
  const model = new SparseMatrixBuilder(items);
  const top = new TopN(rowLength);
  for (let item = 0; item < items; item++) {
    walking.addRow(teleport, item, (1 - walk) * jump);
    walking.add(item, (1 - walk) * (1 - jump));
    while (walking.count > 0) {
      for (let n = 0; n < walking.count; n++) {
        const place = walking.places[n]!;
        const share = walking.values[place]!;
        ended.add(place, share);
        if (share >= smallestShare) next.addRow(transition, place, walk * share);
      }
      walking.clear();
      [walking, next] = [next, walking];
    }
    model.appendLargest(ended, top);
    ended.clear();
  }
  return model.finish();
}

import { DIMENSIONS } from '../../src/tables/embedding/kernels.js';
import { quantised, type SessionEmbedding } from '../../src/tables/embedding/session-embedding.js';

/** Fills up to 64 dimensions with 0. */
const padded = (values: readonly number[]) => [
  ...values,
  ...new Array<number>(DIMENSIONS - values.length).fill(0),
];

/**
 * An embedding written by hand, all items in one cluster.
 *
 * @param items by item the first components of its vector, of length 1; null: the item has no place
 * @param gates by lag the gate of all dimensions
 */
export function handMadeEmbedding(
  items: readonly (readonly number[] | null)[],
  gates: readonly number[],
): SessionEmbedding {
  const itemAt = items.flatMap((vector, item) => (vector === null ? [] : [item]));
  return {
    vectors: quantised(Float32Array.from(itemAt.flatMap((item) => padded(items[item]!)))),
    itemAt: Uint32Array.from(itemAt),
    placeOf: Int32Array.from(items, (_, item) => itemAt.indexOf(item)),
    gates: Float32Array.from(gates.flatMap((gate) => new Array<number>(DIMENSIONS).fill(gate))),
    centroids: quantised(Float32Array.from(padded([1]))),
    clusterOffsets: Uint32Array.of(0, itemAt.length),
  };
}

import { type ItemTable } from '../item-table.js';
import { type KnownEvents, latestEvents } from '../known-events.js';
import { type LinearSettings } from '../settings.js';
import { sessionRegression } from './session-regression.js';
import { normaliseRows, type SparseMatrix } from './sparse-matrix.js';
import { largestOfRidge } from './sparse-ridge.js';
import { walkWithRestart } from './walk-with-restart.js';

/** What {@link buildLinearTables} makes. */
export interface LinearTables {
  /** Full sessions: what is found together. */
  readonly slis: ItemTable;
  /** Partial sessions: what comes after. */
  readonly slit: ItemTable;
  /** Walks over `slit` that start at the item or at what `slis` says is like it. */
  readonly walk: ItemTable;
}

/**
 * Ridge regressions from item to item, SLIS and SLIT of SLIST (Choi et al., WWW 2021), and S-Walk's random walks with
 * restart over them (Choi et al., WSDM 2022). Unlike counts, a regression's weights say what an item adds to the others
 * of its sessions. They learn from the most recent `maxEvents` events. Rows are cut to `rowLength` and never hold their own item: repeats are another source's business.
 */
export function buildLinearTables(
  known: KnownEvents,
  settings: LinearSettings,
  rowLength: number,
): LinearTables {
  const recent = latestEvents(known, settings.maxEvents);
  const solve = (similarity: number, transition: number): SparseMatrix => {
    const matrix = largestOfRidge(
      sessionRegression(recent, { ...settings, context: 'past', similarity, transition }),
      settings.lambda,
      settings.tolerance,
      rowLength,
    );
    normaliseRows(matrix);
    return matrix;
  };
  const similar = solve(1, 0);
  const after = solve(0, 1);
  const walk = walkWithRestart(after, similar, { ...settings.walk, rowLength: rowLength + 1 });
  return { slis: toItemTable(similar), slit: toItemTable(after), walk: toItemTable(walk) };
}

/** The rows without their own item. A matrix of largest entries is sorted already. */
function toItemTable({ offsets, columns, values }: SparseMatrix): ItemTable {
  const rows = offsets.length - 1;
  const kept = new Uint32Array(rows + 1);
  const neighbours = new Uint32Array(columns.length);
  const weights = new Float32Array(columns.length);
  let used = 0;
  for (let row = 0; row < rows; row++) {
    for (let e = offsets[row]!; e < offsets[row + 1]!; e++) {
      const weight = Math.fround(values[e]!);
      if (columns[e] === row || weight === 0) continue;
      neighbours[used] = columns[e]!;
      weights[used++] = weight;
    }
    kept[row + 1] = used;
  }
  return { offsets: kept, neighbours: neighbours.slice(0, used), weights: weights.slice(0, used) };
}

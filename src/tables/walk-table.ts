import { ItemTableBuilder, type ItemTable } from './item-table.js';
import { type KnownEvents } from './known-events.js';
import { type TableSettings } from './settings.js';

/**
 * Random walks of two and three steps over the pairs, made into a table offline (they are linear in the session's
 * items, so serving sums rows as for any other table). They reach items that never shared a session with the row's.
 *
 * One step: P = row-normalised (next + backwardWeight * previous), its `fanOut` best entries. Row of the table:
 * `(P^2 + P^3) / (popularity + 20)^popularityPower`. Source of the idea: S-Walk (Choi et al., WSDM 2022); here the
 * walk runs over transition counts, not over a linear model.
 */
export function buildWalkTable(
  known: KnownEvents,
  next: ItemTable,
  previous: ItemTable,
  settings: TableSettings,
): ItemTable {
  const { walk, rowLength } = settings;
  const step = oneStep(known.items, next, previous, walk.backwardWeight, walk.fanOut);
  const two = multiply(known.items, step, step, walk.fanOut);
  const builder = new ItemTableBuilder(known.items, rowLength);
  const damping = Float64Array.from(
    { length: known.items },
    (_, i) => (known.postingOffsets[i + 1]! - known.postingOffsets[i]! + 20) ** -walk.popularityPower,
  );
  for (let i = 0; i < known.items; i++) {
    addRow(builder, two, i, 1);
    // P * P^2, with P^2 cut to its best entries: the third step of the walk.
    addProduct(builder, step, two, i);
    builder.finishRow(i, (j) => damping[j]!);
  }
  return builder.finish();
}

/** The transition table both ways, cut to the best `fanOut` entries, rows summing to 1. */
function oneStep(
  items: number,
  next: ItemTable,
  previous: ItemTable,
  backwardWeight: number,
  fanOut: number,
): ItemTable {
  const builder = new ItemTableBuilder(items, fanOut);
  for (let i = 0; i < items; i++) {
    addRow(builder, next, i, 1);
    addRow(builder, previous, i, backwardWeight);
    builder.finishRow(i, () => 1);
  }
  const table = builder.finish();
  for (let i = 0; i < items; i++) {
    const row = table.weights.subarray(table.offsets[i], table.offsets[i + 1]);
    let sum = 0;
    for (const weight of row) sum += weight;
    for (let e = 0; e < row.length; e++) row[e]! /= sum;
  }
  return table;
}

function multiply(items: number, left: ItemTable, right: ItemTable, rowLength: number): ItemTable {
  const builder = new ItemTableBuilder(items, rowLength);
  for (let i = 0; i < items; i++) {
    addProduct(builder, left, right, i);
    builder.finishRow(i, () => 1);
  }
  return builder.finish();
}

function addRow(builder: ItemTableBuilder, table: ItemTable, row: number, factor: number): void {
  for (let e = table.offsets[row]!, end = table.offsets[row + 1]!; e < end; e++) {
    builder.add(table.neighbours[e]!, table.weights[e]! * factor);
  }
}

function addProduct(builder: ItemTableBuilder, left: ItemTable, right: ItemTable, row: number): void {
  for (let e = left.offsets[row]!, end = left.offsets[row + 1]!; e < end; e++) {
    addRow(builder, right, left.neighbours[e]!, left.weights[e]!);
  }
}

const sums = new WeakMap<Float32Array, number>();

/** The sum of a table's column, never below the smallest positive number so that it can divide; worked out once. */
export function columnSum(column: Float32Array): number {
  let sum = sums.get(column);
  if (sum === undefined) {
    sum = 0;
    for (let i = 0; i < column.length; i++) sum += column[i]!;
    sums.set(column, (sum = Math.max(Number.MIN_VALUE, sum)));
  }
  return sum;
}

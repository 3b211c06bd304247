// AssemblyScript, compiled by scripts/wasm.mjs: scores up to 256 rows with a forest of regression trees. Why it is done
// this way, and what lies where, stands in src/ranking/forest.ts and src/ranking/forest-layout.ts.

/** Most rows at once, and bytes from one column of codes to the next. */
const ROWS: i32 = 256;
/** The byte below all codes: they are signed, because the processor compares signed bytes. */
const LOWEST: i32 = -128;
/** LightGBM takes values this small for zero: 1e-35 in single precision. */
const ZERO: f32 = 1e-35;

let features: i32, input: usize;
let searches: usize, searchesEnd: usize, sets: usize, setsEnd: usize, trees: usize, treesEnd: usize;
let codes: usize, values: usize, ranks: usize, missing: usize, leafNumbers: usize, sums: usize;

/** Says where everything lies, in bytes. */
export function configure(
  featureCount: i32, inputAt: usize,
  searchesAt: usize, searchesEndAt: usize, setsAt: usize, setsEndAt: usize, treesAt: usize, treesEndAt: usize,
  codesAt: usize, valuesAt: usize, ranksAt: usize, missingAt: usize, leafNumbersAt: usize, sumsAt: usize,
): void {
  features = featureCount; input = inputAt;
  searches = searchesAt; searchesEnd = searchesEndAt; sets = setsAt; setsEnd = setsEndAt;
  trees = treesAt; treesEnd = treesEndAt;
  codes = codesAt; values = valuesAt; ranks = ranksAt; missing = missingAt;
  leafNumbers = leafNumbersAt; sums = sumsAt;
}

/** Scores the rows that lie at `input` as 32-bit floats. */
export function scoreFloat32(rows: i32): void {
  encode<f32>(rows);
  addTrees(rows);
}

/** Scores the rows that lie at `input` as 64-bit floats. */
export function scoreFloat64(rows: i32): void {
  encode<f64>(rows);
  addTrees(rows);
}

// Values to codes.

function encode<T>(rows: i32): void {
  for (let search = searches; search < searchesEnd; ) {
    const feature = load<i32>(search);
    const zeroMissing = load<i32>(search, 4) != 0;
    const outputs = load<i32>(search, 24);
    // A feature that is the same in all rows (much of what is known of a session is) needs to be looked up once.
    const searched = gather<T>(feature, rows) ? rows : 1;
    if (sizeof<T>() == 4) {
      rankFloats(load<u32>(search, 8), load<i32>(search, 12), searched);
      markMissingFloats(rows, zeroMissing);
    } else {
      rankDoubles(load<u32>(search, 16), load<u32>(search, 20), searched);
      markMissingDoubles(rows, zeroMissing);
    }
    if (searched < rows) memory.fill(ranks, load<u8>(ranks), rows);
    search += 28;
    for (let o = 0; o < outputs; o++) {
      const to = <usize>load<u32>(search);
      const code = i8x16.splat(<i8>load<i32>(search, 4));
      for (let r = 0; r < rows; r += 16)
        v128.store(to + r, v128.bitselect(code, v128.load(ranks + r), v128.load(missing + r)));
      search += 8;
    }
  }
  for (let set = sets; set < setsEnd; set += 16) encodeSet<T>(set, rows);
}

/** Copies a feature's column to `values`; returns whether it holds different bits. */
@inline
function gather<T>(feature: i32, rows: i32): bool {
  const stride = <usize>(features * sizeof<T>());
  let from = input + feature * sizeof<T>();
  let to = values;
  if (sizeof<T>() == 4) {
    const first = load<u32>(from);
    let difference: u32 = 0;
    for (let r = 0; r < rows; r++) {
      const bits = load<u32>(from);
      difference |= bits ^ first;
      store<u32>(to, bits);
      from += stride;
      to += 4;
    }
    return difference != 0;
  } else {
    const first = load<u64>(from);
    let difference: u64 = 0;
    for (let r = 0; r < rows; r++) {
      const bits = load<u64>(from);
      difference |= bits ^ first;
      store<u64>(to, bits);
      from += stride;
      to += 8;
    }
    return difference != 0;
  }
}

/** How many of 16 thresholds are below x. */
@inline
function below16(thresholds: usize, x: v128): i32 {
  const low = i16x8.narrow_i32x4_s(
    f32x4.gt(x, v128.load(thresholds)),
    f32x4.gt(x, v128.load(thresholds, 16)),
  );
  const high = i16x8.narrow_i32x4_s(
    f32x4.gt(x, v128.load(thresholds, 32)),
    f32x4.gt(x, v128.load(thresholds, 48)),
  );
  return i32.popcnt(i8x16.bitmask(i8x16.narrow_i16x8_s(low, high)));
}

/** ranks[r] = how many thresholds are below values[r]: among 16, or every 16th and then the 16 that follow. */
@inline
function rankFloats(table: usize, wide: i32, rows: i32): void {
  if (wide == 0) {
    for (let r = 0; r < rows; r++)
      store<u8>(ranks + r, below16(table, v128.load32_splat(values + (r << 2))) + LOWEST);
  } else {
    for (let r = 0; r < rows; r++) {
      const x = v128.load32_splat(values + (r << 2));
      const part = below16(table, x);
      store<u8>(ranks + r, (part << 4) + below16(table + 64 + (part << 6), x) + LOWEST);
    }
  }
}

/** The same by halving: the table has a power of two less one entries, `step` is half of its bytes, rounded up. */
@inline
function rankDoubles(table: usize, step: usize, rows: i32): void {
  for (let r = 0; r < rows; r++) {
    const x = load<f64>(values + (r << 3));
    let at = table;
    for (let ahead = step; ahead >= 8; ahead >>= 1) at += x > load<f64>(at + ahead - 8) ? ahead : 0;
    store<u8>(ranks + r, <i32>((at - table) >> 3) + LOWEST);
  }
}

@inline
function missing4(at: usize, zeroMissing: bool): v128 {
  const x = v128.load(at);
  const unknown = f32x4.ne(x, x);
  return zeroMissing ? v128.or(unknown, f32x4.le(f32x4.abs(x), f32x4.splat(ZERO))) : unknown;
}

/** missing[r] = all bits where values[r] is NaN, or close to zero if that counts as missing. */
@inline
function markMissingFloats(rows: i32, zeroMissing: bool): void {
  for (let r = 0; r < rows; r += 16) {
    const at = values + (r << 2);
    const low = i16x8.narrow_i32x4_s(missing4(at, zeroMissing), missing4(at + 16, zeroMissing));
    const high = i16x8.narrow_i32x4_s(missing4(at + 32, zeroMissing), missing4(at + 48, zeroMissing));
    v128.store(missing + r, i8x16.narrow_i16x8_s(low, high));
  }
}

@inline
function markMissingDoubles(rows: i32, zeroMissing: bool): void {
  for (let r = 0; r < rows; r++) {
    const x = load<f64>(values + (r << 3));
    store<u8>(missing + r, x != x || (zeroMissing && abs(x) <= <f64>ZERO) ? 255 : 0);
  }
}

/** Code 0 for the rows whose value, cut down to a whole number, is a category of the set, 1 for the others. */
function encodeSet<T>(set: usize, rows: i32): void {
  const to = <usize>load<u32>(set, 4);
  const words = <usize>load<u32>(set, 8);
  const categories = <f64>load<i32>(set, 12);
  const stride = <usize>(features * sizeof<T>());
  let from = input + load<i32>(set) * sizeof<T>();
  for (let r = 0; r < rows; r++) {
    const x = <f64>load<T>(from);
    let code = LOWEST + 1;
    if (x > -1 && x < categories) {
      const category = <u32>x;
      if ((load<u32>(words + ((category >>> 5) << 2)) >>> (category & 31)) & 1) code = LOWEST;
    }
    store<u8>(to + r, code);
    from += stride;
  }
}

// Codes to scores.

function addTrees(rows: i32): void {
  memory.fill(sums, 0, rows << 3);
  const vectors = (rows + 15) >> 4;
  for (let tree = trees; tree < treesEnd; tree += 16) {
    const nodes = <usize>load<u32>(tree);
    const end = <usize>load<u32>(tree, 4);
    const leaves = <usize>load<u32>(tree, 8);
    if (load<i32>(tree, 12) != 0) {
      walk(nodes, leaves, rows);
      continue;
    }
    for (let v = 0; v < vectors; ) {
      const left = vectors - v;
      const from = codes + (v << 4);
      const to = leafNumbers + (v << 4);
      // As few vectors without a row as possible, and none behind the 16th; the more go together, the less it costs to
      // read the nodes.
      if (left <= 4) {
        findLeaves(4, nodes, end, from, to);
        v += 4;
      } else if (left <= 6 || (left > 8 && left <= 12)) {
        findLeaves(6, nodes, end, from, to);
        v += 6;
      } else {
        findLeaves(8, nodes, end, from, to);
        v += 8;
      }
    }
    addLeaves(leaves, rows);
  }
}

/** `leaf` where a row is not yet beyond `start` and its code exceeds the node's rank: its leaf is at least `second`. */
@inline
function decide(leaf: v128, code: usize, rank: v128, first: v128, second: v128): v128 {
  const right = v128.and(i8x16.gt_s(v128.load(code), rank), second);
  return i8x16.max_u(leaf, v128.and(right, i8x16.eq(leaf, first)));
}

/** The number of the leaf of 16 rows in each of 4, 6 or 8 vectors. */
@inline
function findLeaves(vectors: i32, nodes: usize, end: usize, from: usize, to: usize): void {
  let l0 = i8x16.splat(0);
  let l1 = l0, l2 = l0, l3 = l0, l4 = l0, l5 = l0, l6 = l0, l7 = l0;
  for (let node = nodes; node < end; node += 8) {
    const code = from + (load<u32>(node) & ~(ROWS - 1));
    const rank = v128.load8_splat(node);
    const first = v128.load8_splat(node, 4);
    const second = v128.load8_splat(node, 5);
    l0 = decide(l0, code, rank, first, second);
    l1 = decide(l1, code + 16, rank, first, second);
    l2 = decide(l2, code + 32, rank, first, second);
    l3 = decide(l3, code + 48, rank, first, second);
    if (vectors > 4) {
      l4 = decide(l4, code + 64, rank, first, second);
      l5 = decide(l5, code + 80, rank, first, second);
    }
    if (vectors > 6) {
      l6 = decide(l6, code + 96, rank, first, second);
      l7 = decide(l7, code + 112, rank, first, second);
    }
  }
  v128.store(to, l0);
  v128.store(to, l1, 16);
  v128.store(to, l2, 32);
  v128.store(to, l3, 48);
  if (vectors > 4) {
    v128.store(to, l4, 64);
    v128.store(to, l5, 80);
  }
  if (vectors > 6) {
    v128.store(to, l6, 96);
    v128.store(to, l7, 112);
  }
}

/** Adds each row's leaf to its sum, two rows at a time. */
@inline
function addLeaves(leaves: usize, rows: i32): void {
  for (let r = 0; r < rows; r += 4) {
    const leaf = leafNumbers + r;
    const sum = sums + (r << 3);
    let a = v128.load64_zero(leaves + (<usize>load<u8>(leaf) << 3));
    a = v128.load64_lane(leaves + (<usize>load<u8>(leaf, 1) << 3), a, 1);
    let b = v128.load64_zero(leaves + (<usize>load<u8>(leaf, 2) << 3));
    b = v128.load64_lane(leaves + (<usize>load<u8>(leaf, 3) << 3), b, 1);
    v128.store(sum, f64x2.add(v128.load(sum), a));
    v128.store(sum, f64x2.add(v128.load(sum, 16), b), 16);
  }
}

/** Adds the leaves of a tree with more leaves than a byte can number: row by row, node by node. */
function walk(nodes: usize, leaves: usize, rows: i32): void {
  for (let r = 0; r < rows; r++) {
    let at: i32 = 0;
    do {
      const node = nodes + at * 12;
      const test = load<u32>(node);
      const right = load<i8>(codes + (test & ~(ROWS - 1)) + r) > <i8>test;
      at = load<i32>(node + (right ? 8 : 4));
    } while (at >= 0);
    const sum = sums + (r << 3);
    store<f64>(sum, load<f64>(sum) + load<f64>(leaves + (~at << 3)));
  }
}

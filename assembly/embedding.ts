// AssemblyScript, compiled by scripts/wasm.mjs: the inner loops of the session embedding, four floats at a time.
// Vectors have 64 dimensions: 16 lanes of f32x4, 256 bytes. Addresses are given by the caller, who owns the memory.
// What is computed, and why, stands in src/tables/embedding/train-embedding.ts.

/** Bytes of a vector. */
const ROW: i32 = 256;

@inline
function sumOf(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

@inline
function dot(a: usize, b: usize): f32 {
  let c = f32x4.splat(0);
  for (let k = 0; k < ROW; k += 16) c = f32x4.add(c, f32x4.mul(v128.load(a + k), v128.load(b + k)));
  return sumOf(c);
}

/** Bytes of a vector of 16-bit integers. */
const SHORT_ROW: i32 = 128;

/** The 64 products of a vector held in eight registers and the one at x, added up: exact, in any order. */
@inline
function shortDot(
  a0: v128, a1: v128, a2: v128, a3: v128, a4: v128, a5: v128, a6: v128, a7: v128,
  x: usize,
): i32 {
  const even = i32x4.add(
    i32x4.add(i32x4.dot_i16x8_s(a0, v128.load(x)), i32x4.dot_i16x8_s(a2, v128.load(x, 32))),
    i32x4.add(i32x4.dot_i16x8_s(a4, v128.load(x, 64)), i32x4.dot_i16x8_s(a6, v128.load(x, 96))),
  );
  const odd = i32x4.add(
    i32x4.add(i32x4.dot_i16x8_s(a1, v128.load(x, 16)), i32x4.dot_i16x8_s(a3, v128.load(x, 48))),
    i32x4.add(i32x4.dot_i16x8_s(a5, v128.load(x, 80)), i32x4.dot_i16x8_s(a7, v128.load(x, 112))),
  );
  const sum = i32x4.add(even, odd);
  return (
    i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) +
    (i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3))
  );
}

/** out[n] = a . X[n] for vectors of 16-bit integers; out are 32-bit integers. */
export function shortDots(a: usize, x: usize, out: usize, count: i32): void {
  const a0 = v128.load(a), a1 = v128.load(a, 16), a2 = v128.load(a, 32), a3 = v128.load(a, 48);
  const a4 = v128.load(a, 64), a5 = v128.load(a, 80), a6 = v128.load(a, 96), a7 = v128.load(a, 112);
  for (let n = 0; n < count; n++)
    i32.store(out + (n << 2), shortDot(a0, a1, a2, a3, a4, a5, a6, a7, x + n * SHORT_ROW));
}

/** out[n] = a . X[rows[n]], the same. */
export function shortDotsAt(a: usize, x: usize, rows: usize, out: usize, count: i32): void {
  const a0 = v128.load(a), a1 = v128.load(a, 16), a2 = v128.load(a, 32), a3 = v128.load(a, 48);
  const a4 = v128.load(a, 64), a5 = v128.load(a, 80), a6 = v128.load(a, 96), a7 = v128.load(a, 112);
  for (let n = 0; n < count; n++) {
    const row = <usize>i32.load(rows + (n << 2));
    i32.store(out + (n << 2), shortDot(a0, a1, a2, a3, a4, a5, a6, a7, x + row * SHORT_ROW));
  }
}

/** out[i, j] = scale * A[i] . X[j], row-major [rows x columns]. `rows` even, `columns` a multiple of 4. */
export function dots(a: usize, x: usize, out: usize, rows: i32, columns: i32, scale: f32): void {
  for (let i = 0; i < rows; i += 2) {
    const a0 = a + i * ROW;
    const a1 = a0 + ROW;
    for (let j = 0; j < columns; j += 4) {
      const x0 = x + j * ROW;
      let c00 = f32x4.splat(0);
      let c01 = c00, c02 = c00, c03 = c00, c10 = c00, c11 = c00, c12 = c00, c13 = c00;
      for (let k = 0; k < ROW; k += 16) {
        const u = v128.load(a0 + k);
        const w = v128.load(a1 + k);
        let y = v128.load(x0 + k);
        c00 = f32x4.add(c00, f32x4.mul(u, y));
        c10 = f32x4.add(c10, f32x4.mul(w, y));
        y = v128.load(x0 + k, ROW);
        c01 = f32x4.add(c01, f32x4.mul(u, y));
        c11 = f32x4.add(c11, f32x4.mul(w, y));
        y = v128.load(x0 + k, 2 * ROW);
        c02 = f32x4.add(c02, f32x4.mul(u, y));
        c12 = f32x4.add(c12, f32x4.mul(w, y));
        y = v128.load(x0 + k, 3 * ROW);
        c03 = f32x4.add(c03, f32x4.mul(u, y));
        c13 = f32x4.add(c13, f32x4.mul(w, y));
      }
      const first = out + ((i * columns + j) << 2);
      f32.store(first, scale * sumOf(c00));
      f32.store(first, scale * sumOf(c01), 4);
      f32.store(first, scale * sumOf(c02), 8);
      f32.store(first, scale * sumOf(c03), 12);
      const second = first + (columns << 2);
      f32.store(second, scale * sumOf(c10));
      f32.store(second, scale * sumOf(c11), 4);
      f32.store(second, scale * sumOf(c12), 8);
      f32.store(second, scale * sumOf(c13), 12);
    }
  }
}

/** C[i] = sum over j of P[i, j] X[j], with P's strides in bytes. `rows` even. */
function mix(c: usize, p: usize, rowStride: i32, columnStride: i32, x: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i += 2) {
    for (let k = 0; k < ROW; k += 64) {
      let c00 = f32x4.splat(0);
      let c01 = c00, c02 = c00, c03 = c00, c10 = c00, c11 = c00, c12 = c00, c13 = c00;
      let weight = p + i * rowStride;
      let from = x + k;
      for (let j = 0; j < columns; j++) {
        const u = v128.load32_splat(weight);
        const w = v128.load32_splat(weight + rowStride);
        let y = v128.load(from);
        c00 = f32x4.add(c00, f32x4.mul(u, y));
        c10 = f32x4.add(c10, f32x4.mul(w, y));
        y = v128.load(from, 16);
        c01 = f32x4.add(c01, f32x4.mul(u, y));
        c11 = f32x4.add(c11, f32x4.mul(w, y));
        y = v128.load(from, 32);
        c02 = f32x4.add(c02, f32x4.mul(u, y));
        c12 = f32x4.add(c12, f32x4.mul(w, y));
        y = v128.load(from, 48);
        c03 = f32x4.add(c03, f32x4.mul(u, y));
        c13 = f32x4.add(c13, f32x4.mul(w, y));
        weight += columnStride;
        from += ROW;
      }
      const to = c + i * ROW + k;
      v128.store(to, c00);
      v128.store(to, c01, 16);
      v128.store(to, c02, 32);
      v128.store(to, c03, 48);
      v128.store(to + ROW, c10);
      v128.store(to + ROW, c11, 16);
      v128.store(to + ROW, c12, 32);
      v128.store(to + ROW, c13, 48);
    }
  }
}

/** e^x within 2 units in the last place (Cephes expf). */
@inline
function exp4(x: v128): v128 {
  x = f32x4.max(f32x4.min(x, f32x4.splat(88)), f32x4.splat(-87));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504088896341)));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let y = f32x4.splat(1.987569150e-4);
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(1.3981999507e-3));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(8.3334519073e-3));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(4.1665795894e-2));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(1.6666665459e-1));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(5.0000001201e-1));
  y = f32x4.add(f32x4.mul(f32x4.mul(y, r), r), f32x4.add(r, f32x4.splat(1)));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(y, power);
}

/** One step of Adagrad with one sum of squares per vector, then back to unit length. */
@inline
function update(vector: usize, gradient: usize, squares: usize, learningRate: f32): void {
  const sum = f32.load(squares) + dot(gradient, gradient) * (1.0 / 64.0);
  f32.store(squares, sum);
  const step = f32x4.splat(learningRate / sqrt<f32>(sum + 1e-10));
  let length = f32x4.splat(0);
  for (let k = 0; k < ROW; k += 16) {
    const v = f32x4.sub(v128.load(vector + k), f32x4.mul(step, v128.load(gradient + k)));
    v128.store(vector + k, v);
    length = f32x4.add(length, f32x4.mul(v, v));
  }
  const inverse = f32x4.splat(1.0 / sqrt<f32>(sumOf(length) + 1e-12));
  for (let k = 0; k < ROW; k += 16) v128.store(vector + k, f32x4.mul(v128.load(vector + k), inverse));
}

let vectors: usize, vectorSquares: usize, gates: usize, gateSquares: usize;
let histories: usize, targets: usize, weights: usize, negatives: usize, logExpected: usize;
let sums: usize, sessions: usize, sessionGradients: usize;
let negativeVectors: usize, negativeGradients: usize;
let logits: usize, targetGradients: usize, gateGradients: usize, scratch: usize;

/** Says where everything lies; see train-embedding.ts for the shapes. */
export function configure(
  vectorsAt: usize, vectorSquaresAt: usize, gatesAt: usize, gateSquaresAt: usize,
  historiesAt: usize, targetsAt: usize, weightsAt: usize, negativesAt: usize, logExpectedAt: usize,
  sumsAt: usize, sessionsAt: usize, sessionGradientsAt: usize,
  negativeVectorsAt: usize, negativeGradientsAt: usize,
  logitsAt: usize, targetGradientsAt: usize, gateGradientsAt: usize, scratchAt: usize,
): void {
  vectors = vectorsAt; vectorSquares = vectorSquaresAt; gates = gatesAt; gateSquares = gateSquaresAt;
  histories = historiesAt; targets = targetsAt; weights = weightsAt; negatives = negativesAt;
  logExpected = logExpectedAt;
  sums = sumsAt; sessions = sessionsAt; sessionGradients = sessionGradientsAt;
  negativeVectors = negativeVectorsAt; negativeGradients = negativeGradientsAt;
  logits = logitsAt; targetGradients = targetGradientsAt; gateGradients = gateGradientsAt; scratch = scratchAt;
}

/** Learns from one batch and returns its summed loss, in nats. */
export function trainBatch(
  batch: i32, lags: i32, negativeCount: i32, scale: f32, learningRate: f32, gateLearningRate: f32,
): f64 {
  const logitsStride = negativeCount << 2;
  for (let j = 0; j < negativeCount; j++)
    memory.copy(negativeVectors + j * ROW, vectors + <usize>load<i32>(negatives + (j << 2)) * ROW, ROW);

  for (let b = 0; b < batch; b++) {
    const sum = sums + b * ROW;
    memory.fill(sum, 0, ROW);
    for (let lag = 0; lag < lags; lag++) {
      const item = load<i32>(histories + ((b * lags + lag) << 2));
      if (item < 0) break;
      const vector = vectors + <usize>item * ROW;
      const gate = gates + lag * ROW;
      for (let k = 0; k < ROW; k += 16)
        v128.store(
          sum + k,
          f32x4.add(v128.load(sum + k), f32x4.mul(v128.load(vector + k), v128.load(gate + k))),
        );
    }
    const inverse = f32x4.splat(1.0 / sqrt<f32>(dot(sum, sum) + 1e-12));
    for (let k = 0; k < ROW; k += 16)
      v128.store(sessions + b * ROW + k, f32x4.mul(v128.load(sum + k), inverse));
  }

  dots(sessions, negativeVectors, logits, batch, negativeCount, scale);

  // Softmax over the target and the negatives; afterwards `logits` and `targetGradients` hold the loss's gradients.
  let loss: f64 = 0;
  for (let b = 0; b < batch; b++) {
    const target = load<i32>(targets + (b << 2));
    const right =
      scale * dot(sessions + b * ROW, vectors + <usize>target * ROW) - f32.load(logExpected + (target << 2));
    const row = logits + b * logitsStride;
    let highest = right;
    for (let j = 0; j < logitsStride; j += 4) {
      const item = load<i32>(negatives + j);
      // A negative that happens to be the target is none.
      const logit = item == target ? <f32>-1e9 : f32.load(row + j) - f32.load(logExpected + (item << 2));
      f32.store(row + j, logit);
      if (logit > highest) highest = logit;
    }
    let total4 = f32x4.splat(0);
    const highest4 = f32x4.splat(highest);
    for (let j = 0; j < logitsStride; j += 16) {
      const e = exp4(f32x4.sub(v128.load(row + j), highest4));
      v128.store(row + j, e);
      total4 = f32x4.add(total4, e);
    }
    const rightExp = f32x4.extract_lane(exp4(f32x4.splat(right - highest)), 0);
    const total = sumOf(total4) + rightExp;
    const weight = f32.load(weights + (b << 2));
    const factor = f32x4.splat((weight * scale) / total);
    for (let j = 0; j < logitsStride; j += 16) v128.store(row + j, f32x4.mul(v128.load(row + j), factor));
    f32.store(targetGradients + (b << 2), weight * scale * (rightExp / total - 1.0));
    loss -= Math.log(<f64>(rightExp / total) + 1e-30) * weight;
  }

  mix(sessionGradients, logits, logitsStride, 4, negativeVectors, batch, negativeCount);
  mix(negativeGradients, logits, 4, logitsStride, sessions, negativeCount, batch);
  memory.fill(gateGradients, 0, lags * ROW);

  for (let b = 0; b < batch; b++) {
    const target = load<i32>(targets + (b << 2));
    const targetVector = vectors + <usize>target * ROW;
    const slope = f32x4.splat(f32.load(targetGradients + (b << 2)));
    const gradient = sessionGradients + b * ROW;
    const session = sessions + b * ROW;
    for (let k = 0; k < ROW; k += 16) {
      v128.store(
        gradient + k,
        f32x4.add(v128.load(gradient + k), f32x4.mul(slope, v128.load(targetVector + k))),
      );
      v128.store(scratch + k, f32x4.mul(slope, v128.load(session + k)));
    }
    update(targetVector, scratch, vectorSquares + (target << 2), learningRate);

    // Back through the session's normalisation: only what is across the unit vector counts.
    const along = f32x4.splat(dot(gradient, session));
    const sum = sums + b * ROW;
    const inverse = f32x4.splat(1.0 / sqrt<f32>(dot(sum, sum) + 1e-12));
    for (let k = 0; k < ROW; k += 16)
      v128.store(
        gradient + k,
        f32x4.mul(inverse, f32x4.sub(v128.load(gradient + k), f32x4.mul(along, v128.load(session + k)))),
      );
    for (let lag = 0; lag < lags; lag++) {
      const item = load<i32>(histories + ((b * lags + lag) << 2));
      if (item < 0) break;
      const vector = vectors + <usize>item * ROW;
      const gate = gates + lag * ROW;
      const gateGradient = gateGradients + lag * ROW;
      for (let k = 0; k < ROW; k += 16) {
        const g = v128.load(gradient + k);
        v128.store(
          gateGradient + k,
          f32x4.add(v128.load(gateGradient + k), f32x4.mul(g, v128.load(vector + k))),
        );
        v128.store(scratch + k, f32x4.mul(g, v128.load(gate + k)));
      }
      update(vector, scratch, vectorSquares + (item << 2), learningRate);
    }
  }
  for (let j = 0; j < negativeCount; j++) {
    const item = load<i32>(negatives + (j << 2));
    update(vectors + <usize>item * ROW, negativeGradients + j * ROW, vectorSquares + (item << 2), learningRate);
  }
  for (let at = 0; at < lags * ROW; at += 4) {
    const g = f32.load(gateGradients + at);
    const squares = f32.load(gateSquares + at) + g * g;
    f32.store(gateSquares + at, squares);
    f32.store(gates + at, f32.load(gates + at) - (gateLearningRate * g) / sqrt<f32>(squares + 1e-8));
  }
  return loss;
}

import { type KnownEvents } from '../known-events.js';
import { type SparseMatrix, SparseMatrixBuilder, SparseVector } from './sparse-matrix.js';

/** Least squares `min ||W^.5 (Y - X B)||`, as its normal equations: `gram = X'WX`, `cross = X'WY`, [items x items]. */
export interface NormalEquations {
  readonly gram: SparseMatrix;
  readonly cross: SparseMatrix;
}

/** Which regressions of SLIST are added up, and how sessions become rows of X and Y. */
export interface SessionRegression {
  /**
   * Weight of SLIS, the full sessions: one row each, X = Y = its distinct items, X divided by how many they are.
   * 0 leaves it out.
   */
  readonly similarity: number;
  /**
   * Weight of SLIT, the partial sessions: one row per event t but the last, X = what was taken up to t, Y = what came
   * after it, counted `exp(-(distance - 1) / deltaTrain)` with the distance to event t. 0 leaves it out.
   */
  readonly transition: number;
  /** SLIT's X: `past` is all items up to t, `exp(-distance / deltaTrain)`, scaled to the sum 1; `last` is item t alone. */
  readonly context: 'past' | 'last';
  /** Decay by distance, in events. */
  readonly deltaTrain: number;
  /** W: a session counts `exp(-age / deltaSession)`, in days. */
  readonly deltaSession: number;
}

/** Decays by distance below this are left out. */
const NEGLIGIBLE = 1e-9;

/**
 * The normal equations of SLIS, of SLIT or of both (SLIST: the rows of both under each other), weighted, from sessions
 * of at least two events in O(length^2) each.
 *
 * SLIT over the past needs no loop over the partial sessions. With q = exp(-1 / deltaTrain) and Z_t the sum by which row
 * t is divided, positions a <= b of a session of length L give `gram = q^(b-a) C_b`, where
 * `C_b = sum over t in b..L-2 of q^(2(t-b)) / Z_t^2 = 1 / Z_b^2 + q^2 C_(b+1)`, and positions a < c give
 * `cross = q^(c-a-1) (S_c - S_a)`, where `S_c = sum over t < c of 1 / Z_t`.
 *
 * Source: Choi et al., Session-aware Linear Item-Item Models (WWW 2021); the scaling of X is that of the authors' code.
 */
export function sessionRegression(known: KnownEvents, regression: SessionRegression): NormalEquations {
  const { items, postings, postingOffsets, sessionOf, ageDays } = known;
  const { sessionOffsets, itemIndex } = known.events;
  const { similarity, transition, deltaTrain, deltaSession } = regression;
  const { isFirst, distinct } = distinctItems(known);
  const decay = decayByDistance(known, deltaTrain);
  const past = regression.context === 'past' ? partialSessionSums(known, deltaTrain) : null;

  const gramRow = new SparseVector(items);
  const crossRow = new SparseVector(items);
  const gram = new SparseMatrixBuilder(items);
  const cross = new SparseMatrixBuilder(items);
  for (let item = 0; item < items; item++) {
    for (let n = postingOffsets[item]!; n < postingOffsets[item + 1]!; n++) {
      const a = postings[n]!;
      const session = sessionOf[a]!;
      const start = sessionOffsets[session]!;
      const last = sessionOffsets[session + 1]! - 1;
      if (last === start) continue;
      const weight = Math.exp(-ageDays[session]! / deltaSession);

      if (similarity > 0 && isFirst[a] === 1) {
        const target = (similarity * weight) / distinct[session]!;
        const input = target / distinct[session]!;
        for (let b = start; b <= last; b++) {
          if (isFirst[b] === 0) continue;
          gramRow.add(itemIndex[b]!, input);
          crossRow.add(itemIndex[b]!, target);
        }
      }

      if (transition > 0 && a < last) {
        const factor = transition * weight;
        if (past === null) {
          gramRow.add(item, factor);
          for (let c = a + 1, end = Math.min(last, a + decay.length); c <= end; c++) {
            crossRow.add(itemIndex[c]!, factor * decay[c - a - 1]!);
          }
        } else {
          const from = Math.max(start, a - decay.length + 1);
          for (let b = from, end = Math.min(last - 1, a + decay.length - 1); b <= end; b++) {
            const share = b < a ? decay[a - b]! * past.shared[a]! : decay[b - a]! * past.shared[b]!;
            gramRow.add(itemIndex[b]!, factor * share);
          }
          for (let c = a + 1, end = Math.min(last, a + decay.length); c <= end; c++) {
            const rows = past.rows[c]! - past.rows[a]!;
            crossRow.add(itemIndex[c]!, factor * decay[c - a - 1]! * rows);
          }
        }
      }
    }
    gram.append(gramRow);
    cross.append(crossRow);
    gramRow.clear();
    crossRow.clear();
  }
  return { gram: gram.finish(), cross: cross.finish() };
}

/** [events] 1 at an item's first event of its session; [sessions] distinct items. */
function distinctItems(known: KnownEvents): { isFirst: Uint8Array; distinct: Uint32Array } {
  const isFirst = new Uint8Array(known.eventsEnd);
  const distinct = new Uint32Array(known.sessionsEnd);
  const seenIn = new Int32Array(known.items).fill(-1);
  for (let e = 0; e < known.eventsEnd; e++) {
    const item = known.events.itemIndex[e]!;
    const session = known.sessionOf[e]!;
    if (seenIn[item] === session) continue;
    seenIn[item] = session;
    isFirst[e] = 1;
    distinct[session]!++;
  }
  return { isFirst, distinct };
}

/** [distances] exp(-distance / delta) from distance 0 on, as far as any session reaches and it is not negligible. */
function decayByDistance(known: KnownEvents, delta: number): Float64Array {
  const { sessionOffsets } = known.events;
  let longest = 1;
  for (let s = 0; s < known.sessionsEnd; s++)
    longest = Math.max(longest, sessionOffsets[s + 1]! - sessionOffsets[s]!);
  const reach = Math.floor(-delta * Math.log(NEGLIGIBLE)) + 1;
  return Float64Array.from({ length: Math.min(longest, reach) }, (_, distance) =>
    Math.exp(-distance / delta),
  );
}

/** [events] each: C and S of {@link sessionRegression}. */
function partialSessionSums(known: KnownEvents, delta: number): { shared: Float64Array; rows: Float64Array } {
  const { sessionOffsets } = known.events;
  const shared = new Float64Array(known.eventsEnd);
  const rows = new Float64Array(known.eventsEnd);
  const q = Math.exp(-1 / delta);
  for (let s = 0; s < known.sessionsEnd; s++) {
    const start = sessionOffsets[s]!;
    const last = sessionOffsets[s + 1]! - 1;
    for (let t = start, divisor = 1; t < last; t++, divisor = 1 + q * divisor) {
      shared[t] = 1 / divisor ** 2;
      rows[t + 1] = rows[t]! + 1 / divisor;
    }
    for (let t = last - 2; t >= start; t--) shared[t]! += q * q * shared[t + 1]!;
  }
  return { shared, rows };
}

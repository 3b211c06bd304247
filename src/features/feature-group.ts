import { type CandidateSet } from '../retrieval/candidate-set.js';
import { type SessionQuery } from '../retrieval/session-query.js';

/** What one number of the ranker's input is. */
export interface FeatureDescription {
  readonly name: string;
  /** What it means, with its unit; NaN where it cannot be known. */
  readonly meaning: string;
}

/**
 * Related features with one implementation, used by training and serving alike. Made once over a table set.
 *
 * Values are 32-bit floats from the start: half the memory in training, and what the ranker learned from is to the bit
 * what it is asked with.
 */
export interface FeatureGroup {
  /** One word, for tables that tell what each group is worth. */
  readonly name: string;
  readonly features: readonly FeatureDescription[];

  /**
   * Writes this group's columns for all candidates.
   *
   * @param out row-major [candidates x width]; every cell of the group's columns must be written
   * @param width columns of a row
   * @param first the group's first column
   */
  fill(query: SessionQuery, candidates: CandidateSet, out: Float32Array, width: number, first: number): void;
}

/** Writes the same values for all candidates. A loop: for so few numbers `set` takes ten times as long. */
export function repeatRow(
  row: Float64Array,
  count: number,
  out: Float32Array,
  width: number,
  first: number,
): void {
  for (let c = 0, at = first; c < count; c++, at += width)
    for (let f = 0; f < row.length; f++) out[at + f] = row[f]!;
}

import { type RunSpec } from '../../evaluation/benchmark/run-store.js';

/** What a run's process is told. */
export interface RunTask {
  /** The benchmark's folder, of a RunStore. */
  readonly folder: string;
  readonly dataHash: string;
  /** Under which the result is stored. */
  readonly key: string;
  readonly spec: RunSpec;
  readonly sideBySide: number;
}

/** What it tells. After `done` or `failed` it ends by itself. */
export type FromRun =
  /** @param share of the whole run that is done, 0..1 */
  | { readonly kind: 'progress'; readonly activity: string; readonly share: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly failure: RunFailure };

/** An error that crossed a process boundary. */
export interface RunFailure {
  /** Of the catalogue of errors; null for anything else. */
  readonly code: string | null;
  readonly detail: string;
  readonly stack: string;
}

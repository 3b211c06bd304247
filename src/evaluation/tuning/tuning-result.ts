import { type PairedDifference } from '../../metrics/bootstrap.js';
import { type SettingImportance } from './importance.js';
import { type FlatSettings, type SearchSpace } from './search-space.js';
import { type TrialOrigin } from './tuner.js';

/** What came out of tuning one method: saved as JSON, printed and drawn. Everything in it survives JSON and back. */
export interface TuningResult {
  readonly method: string;
  readonly label: string;
  /** What was tuned on, for people. */
  readonly source: string;
  readonly seed: number;
  /** Ascending shares of the budget, the last one 1. */
  readonly shares: readonly number[];
  readonly space: SearchSpace;
  readonly defaults: FlatSettings;
  /** In the order in which they began; the first is the defaults. */
  readonly trials: readonly TrialResult[];
  /** The number of the trial that was best of those with the full budget. */
  readonly best: number;
  /** The largest first; empty when nothing can be said. */
  readonly importance: readonly SettingImportance[];
  /** null when the defaults were best. */
  readonly confirmation: Confirmation | null;
}

export interface TrialResult {
  readonly trial: number;
  readonly origin: TrialOrigin;
  readonly settings: FlatSettings;
  /** By rung, as far as it came; null figures where the settings do not work. */
  readonly measured: readonly {
    readonly share: number;
    readonly questions: number;
    readonly hr: number | null;
    readonly mrr: number | null;
    readonly tookMs: number;
  }[];
  /** HR@20 + MRR@20 as it would be with the full budget; null where the settings do not work. */
  readonly estimate: number | null;
  /** Why the settings do not work. */
  readonly problem?: string;
}

/** The winner against the defaults on validation sessions that no trial was measured on. */
export interface Confirmation {
  readonly sessions: number;
  readonly questions: number;
  /** HR@20 and MRR@20 of either. */
  readonly defaults: { readonly hr: number; readonly mrr: number };
  readonly best: { readonly hr: number; readonly mrr: number };
  /** Best minus defaults by metric: the objective, `HR@20` and `MRR@20`; paired bootstrap by session. */
  readonly differences: Readonly<Record<string, PairedDifference>>;
}

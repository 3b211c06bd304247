import { type KnownEvents } from '../../tables/known-events.js';
import { type RankingMethod } from '../methods.js';
import { type FlatSettings, type SearchSpace } from '../tuning/search-space.js';

/**
 * A published method, implemented as its paper says, to compare with. It learns from {@link KnownEvents} alone, so nothing
 * after the cut can reach it, and answers the same {@link SessionQuery} as ours.
 */
export interface LiteratureMethod<S extends FlatSettings = FlatSettings> {
  /** Key on the command line and in JSON, such as `vstan`. */
  readonly name: string;
  /** For people, such as `VSTAN`. */
  readonly label: string;
  /** Authors, venue, year. */
  readonly source: string;
  /** The paper's settings, or the authors' code's where the paper is silent. */
  readonly defaults: S;
  /** What the tuner may try; empty for a method without settings. */
  readonly space: SearchSpace<S>;
  /** Learns. Its answers hold the best items with scores; what is not in them counts as not recommended. */
  fit(known: KnownEvents, settings: S): RankingMethod;
}

import { type EventTable } from '../../data/event-table.js';
import { type Sections } from '../../domain/sections.js';
import { type ErrorCode } from '../../errors.js';
import { type FlatSettings } from '../../evaluation/tuning/search-space.js';
import {
  type Measurement,
  type MeasureOptions,
  type TuningData,
} from '../../evaluation/tuning/tunable-method.js';
import { type TrainingSettings } from '../settings.js';

/** What a process that measures trials is about. */
export interface TrialTask {
  readonly method: string;
  readonly training: TrainingSettings;
  /** The event table by eventTableSections; the channel carries typed arrays as they are. */
  readonly sections: Sections;
  readonly clock: EventTable['clock'];
  readonly data: Omit<TuningData, 'events'>;
}

/** What such a process is told: once what it is about, then one trial after the other. */
export type ToTrial =
  | { readonly kind: 'prepare'; readonly task: TrialTask }
  | {
      readonly kind: 'measure';
      readonly settings: FlatSettings;
      readonly options: Omit<MeasureOptions, 'signal'>;
    };

/** What it answers, once to each. */
export type FromTrial =
  | { readonly kind: 'prepared' }
  | { readonly kind: 'measured'; readonly measurement: Measurement }
  /** @param code of the catalogue of errors; null for anything else */
  | {
      readonly kind: 'failed';
      readonly code: ErrorCode | null;
      readonly detail: string;
      readonly where?: string;
    };

import { type Config } from '../config/schema.js';
import { type ErrorCode, NextItemError } from '../errors.js';
import { type ModelCheck } from './model-watch.js';
import { type MetricValues } from './worker-metrics.js';

/** What a worker is to serve. */
export interface WorkerTask {
  readonly config: Config;
  readonly modelDir: string;
}

/** A {@link NextItemError} on its way between processes. */
export interface Problem {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly where?: string;
}

export function problemOf(error: unknown): Problem {
  const { code, detail, where } =
    error instanceof NextItemError ? error : new NextItemError('internal', String(error));
  return { code, detail, ...(where === undefined ? {} : { where }) };
}

export function errorOf({ code, detail, where }: Problem): NextItemError {
  return new NextItemError(code, detail, where);
}

export type ToWorker =
  | { readonly kind: 'start'; readonly task: WorkerTask }
  | { readonly kind: 'stop' }
  /** Put another model into service. */
  | { readonly kind: 'exchange'; readonly id: number; readonly modelDir: string }
  /** What came of looking for another model. */
  | {
      readonly kind: 'reloaded';
      readonly id: number;
      readonly check?: ModelCheck;
      readonly problem?: Problem;
    }
  /** Give your own metrics. */
  | { readonly kind: 'report'; readonly id: number }
  /** The metrics of all workers, or why there are none. */
  | { readonly kind: 'metrics'; readonly id: number; readonly text?: string; readonly problem?: string };

export type FromWorker =
  /** It hears messages from now on; what is sent before would be lost. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'listening'; readonly url: string }
  | ({ readonly kind: 'failed' } & Problem)
  /** Whether it put the other model into service: if not, why. */
  | { readonly kind: 'exchanged'; readonly id: number; readonly problem?: Problem }
  /** Asks to look for another model. */
  | { readonly kind: 'reload'; readonly id: number }
  | { readonly kind: 'report'; readonly id: number; readonly values: MetricValues }
  /** Asks for the metrics of all workers. */
  | { readonly kind: 'metrics'; readonly id: number };

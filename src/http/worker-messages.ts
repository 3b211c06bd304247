import { type Config } from '../config/schema.js';
import { type ErrorCode } from '../errors.js';
import { type MetricValues } from './worker-metrics.js';

/** What a worker is to serve. */
export interface WorkerTask {
  readonly config: Config;
  readonly modelDir: string;
}

export type ToWorker =
  | { readonly kind: 'start'; readonly task: WorkerTask }
  | { readonly kind: 'stop' }
  /** Give your own metrics. */
  | { readonly kind: 'report'; readonly id: number }
  /** The metrics of all workers, or why there are none. */
  | { readonly kind: 'metrics'; readonly id: number; readonly text?: string; readonly problem?: string };

export type FromWorker =
  /** It hears messages from now on; what is sent before would be lost. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly detail: string; readonly where?: string }
  | { readonly kind: 'report'; readonly id: number; readonly values: MetricValues }
  /** Asks for the metrics of all workers. */
  | { readonly kind: 'metrics'; readonly id: number };

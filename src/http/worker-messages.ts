import { type Config } from '../config/schema.js';
import { type ErrorCode } from '../errors.js';

/** What a worker is to serve. */
export interface WorkerTask {
  readonly config: Config;
  readonly modelDir: string;
}

export type ToWorker =
  | { readonly kind: 'start'; readonly task: WorkerTask }
  | { readonly kind: 'stop' }
  | { readonly kind: 'metrics'; readonly id: number; readonly text: string };

export type FromWorker =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly detail: string; readonly where?: string }
  | { readonly kind: 'metrics'; readonly id: number };

// The type lives with the metrics, because evaluation and training, which fill it, stand above this folder.
export type * from '../metrics/evaluation-report.js';

/** How a long step tells where it is, and how it is told to stop. */
export interface TrainingHooks {
  /** A stopped step throws the signal's reason and leaves nothing half-written. */
  readonly signal?: AbortSignal;
  /** @param activity what is being done, in a few words. @param done of `total` */
  readonly onProgress?: (activity: string, done: number, total: number) => void;
}

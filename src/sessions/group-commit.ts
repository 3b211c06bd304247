import { asError } from './store-error.js';

/**
 * Lets many callers share one flush to disk: while one batch is being committed, what arrives meanwhile waits and
 * becomes the next batch. A flush takes about as long for a thousand small writes as for one, so throughput
 * grows with the number of callers while each waits for two flushes at most.
 */
export class GroupCommit<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private pump: Promise<void> | null = null;

  /**
   * @param commit makes a batch durable and answers one result per item, in order; if it throws, every caller of the
   *   batch gets the error. Never called again before it has settled.
   * @param maxBatch items per commit at most
   */
  constructor(
    private readonly commit: (batch: readonly Item[]) => Promise<readonly Result[]>,
    private readonly maxBatch = 4096,
  ) {}

  /** Resolves once the item is durable. Items are committed in the order they were submitted. */
  submit(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.pump ??= this.run();
    });
  }

  /** Resolves when everything submitted so far is settled. */
  async idle(): Promise<void> {
    while (this.pump !== null) await this.pump;
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      // Callers answered by the last batch come back with their next item in this turn: without the pause the first
      // of them would be committed alone.
      await new Promise((resolve) => setImmediate(resolve));
      const batch = this.waiting.splice(0, this.maxBatch);
      try {
        const results = await this.commit(batch.map(({ item }) => item));
        batch.forEach(({ resolve }, i) => resolve(results[i]!));
      } catch (error) {
        for (const { reject } of batch) reject(asError(error));
      }
    }
    this.pump = null;
  }
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

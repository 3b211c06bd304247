import { Cluster, type Redis } from 'ioredis';
import { GroupCommit } from './group-commit.js';
import { keySlot } from './key-slot.js';

/**
 * Waits until replicas have what was written over a connection. One question (`WAIT`) is under way for each server at a
 * time and speaks for everything answered before it.
 */
export class Replication {
  private readonly waits = new Map<Redis, GroupCommit<null, null>>();

  /**
   * @param client over which the writes go; nothing else should, because a connection does nothing else while it waits
   * @param replicas that must have a write
   * @param timeoutMs after which too few are a failure
   */
  constructor(
    private readonly client: Redis | Cluster,
    private readonly replicas: number,
    private readonly timeoutMs: number,
  ) {}

  /**
   * Call this before a key is written and the result once the write was answered: it resolves when the replicas have the
   * write, rejects if they did not confirm it in time.
   */
  of(key: string): () => Promise<unknown> {
    const server = this.serverOf(key);
    return async () => {
      if (server === undefined) throw new Error('no server of the Cluster was known for the key');
      let waits = this.waits.get(server);
      if (waits === undefined) {
        waits = new GroupCommit((batch) => this.wait(server).then(() => batch.map(() => null)));
        this.waits.set(server, waits);
        server.once('end', () => this.waits.delete(server));
      }
      await waits.submit(null);
    };
  }

  private async wait(server: Redis): Promise<void> {
    const confirmed = await server.wait(this.replicas, this.timeoutMs);
    if (confirmed < this.replicas)
      throw new Error(`${confirmed} of ${this.replicas} replicas confirmed the event in time`);
  }

  private serverOf(key: string): Redis | undefined {
    if (!(this.client instanceof Cluster)) return this.client;
    const place = this.client.slots[keySlot(key)]?.[0];
    return this.client
      .nodes('master')
      .find(({ options }) => `${options.host ?? ''}:${options.port ?? ''}` === place);
  }
}

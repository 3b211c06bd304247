import { Cluster, type Redis } from 'ioredis';
import { GroupCommit } from './group-commit.js';
import { keySlot } from './key-slot.js';

/** A server that is written to. */
interface Written {
  /** Raised whenever the connection ends: another one may lead to another server, which knows nothing of earlier writes. */
  connection: number;
  /** One question at a time, for all writes of those connections. */
  readonly waits: GroupCommit<number, Error | null>;
}

/**
 * Waits until replicas have what was written over a connection. One question (`WAIT`) is under way for each server at a
 * time and speaks for everything answered before it over the same connection.
 */
export class Replication {
  private readonly servers = new WeakMap<Redis, Written>();

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
   * write, rejects if they did not confirm it in time, or if the connection ended meanwhile and nobody can say.
   */
  of(key: string): () => Promise<void> {
    const server = this.serverOf(key);
    if (server === undefined)
      return () => Promise.reject(new Error('no server of the Cluster was known for the key'));
    const written = this.written(server);
    const { connection } = written;
    return async () => {
      const failure = await written.waits.submit(connection);
      if (failure !== null) throw failure;
    };
  }

  private written(server: Redis): Written {
    let written = this.servers.get(server);
    if (written === undefined) {
      const made: Written = {
        connection: 0,
        waits: new GroupCommit((connections) => this.wait(server, made, connections)),
      };
      server.on('close', () => made.connection++);
      this.servers.set(server, (written = made));
    }
    return written;
  }

  private async wait(
    server: Redis,
    written: Written,
    connections: readonly number[],
  ): Promise<(Error | null)[]> {
    const { connection } = written;
    const confirmed = await server.wait(this.replicas, this.timeoutMs);
    return connections.map((each) => {
      if (each !== connection)
        return new Error('the connection ended before replicas could confirm the event');
      if (confirmed >= this.replicas) return null;
      return new Error(`${confirmed} of ${this.replicas} replicas confirmed the event in time`);
    });
  }

  private serverOf(key: string): Redis | undefined {
    if (!(this.client instanceof Cluster)) return this.client;
    const place = this.client.slots[keySlot(key)]?.[0];
    return this.client
      .nodes('master')
      .find(({ options }) => `${options.host ?? ''}:${options.port ?? ''}` === place);
  }
}

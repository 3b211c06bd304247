import { Ticker } from './ticker.js';
import { type ConnectionOwner, type Due, WireConnection, type WireRequest } from './wire-connection.js';

/** How long answers may take after the last request was due. */
const GRACE_MS = 10_000;
/** How often is looked what is due: in between the generator sleeps and leaves the processor to the server. */
const TICK_MS = 0.25;

export interface Latencies {
  /** Milliseconds from when each was due to the last byte of its answer, of those answered with 200. */
  readonly answeredMs: number[];
  /** The same, of refusals with 503. */
  readonly refusedMs: number[];
  /** Any other answer by its status, and requests without one as `none`. */
  readonly failures: Map<string, number>;
}

export interface OpenLoopResult {
  readonly byKind: ReadonlyMap<string, Latencies>;
  /** Milliseconds by which each request left this process too late: where these are large, latencies are the generator's. */
  readonly lateMs: number[];
}

/**
 * Sends requests at a fixed rate whether they are answered or not, over raw sockets: parsing with a real client takes
 * longer than the server does. Latency counts from the time a request was due, so waiting for a free connection, for a
 * busy server or for this process is charged.
 *
 * @param request the n-th request
 * @param ratePerSecond requests
 */
export async function openLoop(options: {
  readonly url: string;
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly connections?: number;
  readonly request: (n: number) => WireRequest;
}): Promise<OpenLoopResult> {
  const loop = new OpenLoop(options.url, options.connections ?? 64);
  await loop.connected();
  await loop.run(options);
  return loop;
}

class OpenLoop implements OpenLoopResult, ConnectionOwner {
  readonly byKind = new Map<string, Latencies>();
  readonly lateMs: number[] = [];
  private readonly idle: WireConnection[] = [];
  private readonly waiting: Due[] = [];
  private first = 0;
  private open = 0;
  private readonly connections: WireConnection[];

  constructor(url: string, connections: number) {
    const { hostname, port } = new URL(url);
    this.connections = Array.from(
      { length: connections },
      () => new WireConnection(hostname, Number(port), this),
    );
  }

  async connected(): Promise<void> {
    await Promise.all(this.connections.map((connection) => connection.connect()));
    this.idle.push(...this.connections);
  }

  async run({
    ratePerSecond,
    seconds,
    request,
  }: {
    ratePerSecond: number;
    seconds: number;
    request: (n: number) => WireRequest;
  }): Promise<void> {
    const total = Math.round(ratePerSecond * seconds);
    const start = performance.now() + 20;
    let n = 0;
    await new Promise<void>((resolve) => {
      const ticker = new Ticker(TICK_MS, () => {
        for (; n < total; n++) {
          const dueMs = start + (n * 1000) / ratePerSecond;
          if (dueMs > performance.now()) return;
          this.submit({ dueMs, request: request(n) });
        }
        void ticker.stop().then(resolve);
      });
    });
    const deadline = performance.now() + GRACE_MS;
    while (this.open > 0 && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 5));
    for (const connection of this.connections) connection.end();
    for (const { request: lost } of this.waiting.slice(this.first)) this.fail(lost.kind, 'none');
  }

  /** A connection is free again. */
  release(connection: WireConnection): void {
    this.open--;
    if (this.first < this.waiting.length) {
      const next = this.waiting[this.first++]!;
      if (this.first > 10_000) {
        this.waiting.splice(0, this.first);
        this.first = 0;
      }
      connection.send(next);
    } else this.idle.push(connection);
  }

  answered({ dueMs, request: { kind } }: Due, status: number): void {
    const latencies = this.of(kind);
    const ms = performance.now() - dueMs;
    if (status === 200) latencies.answeredMs.push(ms);
    else if (status === 503) latencies.refusedMs.push(ms);
    else this.fail(kind, String(status));
  }

  fail(kind: string, how: string): void {
    const { failures } = this.of(kind);
    failures.set(how, (failures.get(how) ?? 0) + 1);
  }

  private submit(due: Due): void {
    this.open++;
    this.lateMs.push(performance.now() - due.dueMs);
    const connection = this.idle.pop();
    if (connection === undefined) this.waiting.push(due);
    else connection.send(due);
  }

  private of(kind: string): Latencies {
    let latencies = this.byKind.get(kind);
    if (latencies === undefined)
      this.byKind.set(kind, (latencies = { answeredMs: [], refusedMs: [], failures: new Map() }));
    return latencies;
  }
}

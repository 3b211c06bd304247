import { type ConnectionOwner, type Due, WireConnection, type WireRequest } from './wire-connection.js';

export interface ClosedLoopResult {
  readonly seconds: number;
  /** Answers by their status; `none` where there was none. */
  readonly statuses: Map<string, number>;
}

/** Sends a request as soon as the one before was answered, on so many connections: what a server can do at most. */
export async function closedLoop(options: {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly request: (n: number) => WireRequest;
}): Promise<ClosedLoopResult> {
  const { hostname, port } = new URL(options.url);
  const loop = new ClosedLoop(options.request, options.seconds);
  const connections = Array.from(
    { length: options.connections },
    () => new WireConnection(hostname, Number(port), loop),
  );
  await Promise.all(connections.map((connection) => connection.connect()));
  await loop.run(connections);
  return loop;
}

class ClosedLoop implements ClosedLoopResult, ConnectionOwner {
  readonly statuses = new Map<string, number>();
  private sent = 0;
  private open = 0;
  private endMs = 0;
  private allAnswered: () => void = () => undefined;

  constructor(
    private readonly request: (n: number) => WireRequest,
    readonly seconds: number,
  ) {}

  async run(connections: readonly WireConnection[]): Promise<void> {
    this.endMs = performance.now() + 1000 * this.seconds;
    this.open = connections.length;
    await new Promise<void>((resolve) => {
      this.allAnswered = resolve;
      for (const connection of connections) this.next(connection);
    });
    for (const connection of connections) connection.end();
  }

  answered(_due: Due, status: number): void {
    this.count(String(status));
  }

  fail(_kind: string, how: string): void {
    this.count(how);
  }

  release(connection: WireConnection): void {
    if (performance.now() < this.endMs) this.next(connection);
    else if (--this.open === 0) this.allAnswered();
  }

  private next(connection: WireConnection): void {
    connection.send({ dueMs: performance.now(), request: this.request(this.sent++) });
  }

  private count(status: string): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
  }
}

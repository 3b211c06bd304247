import { connect, type Socket } from 'node:net';

/** A request as it goes over the wire, with the name under which its latencies are kept. */
export interface WireRequest {
  readonly kind: string;
  readonly bytes: string;
}

/** A request and when it was to be sent, by performance.now(). */
export interface Due {
  readonly dueMs: number;
  readonly request: WireRequest;
}

/** Who a connection works for. */
export interface ConnectionOwner {
  answered(due: Due, status: number): void;
  /** It was not answered: `none`. */
  fail(kind: string, how: string): void;
  /** The connection is free again, after either. */
  release(connection: WireConnection): void;
}

/** A POST with a JSON body on a connection that stays open. */
export function jsonPost(path: string, body: object): string {
  const text = JSON.stringify(body);
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

/** One request at a time on a kept connection; connects again when the server closed it. */
export class WireConnection {
  private socket: Socket | null = null;
  private current: Due | null = null;
  private ended = false;
  private received = '';

  constructor(
    private readonly host: string,
    private readonly port: number,
    private readonly owner: ConnectionOwner,
  ) {}

  connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, this.host, resolve);
      socket.setNoDelay(true);
      socket.setEncoding('latin1');
      socket.on('data', (chunk: string) => this.read(chunk));
      socket.on('error', reject);
      socket.on('close', () => this.closed());
      this.socket = socket;
    });
  }

  send(due: Due): void {
    this.current = due;
    if (this.socket !== null) this.socket.write(due.request.bytes);
    else
      this.connect().then(
        () => this.socket!.write(due.request.bytes),
        () => this.closed(),
      );
  }

  end(): void {
    this.ended = true;
    this.socket?.destroy();
  }

  private read(chunk: string): void {
    this.received = this.received === '' ? chunk : this.received + chunk;
    const head = this.received.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = /content-length: (\d+)/i.exec(this.received.slice(0, head))?.[1];
    if (this.received.length < head + 4 + Number(length ?? 0)) return;
    const status = Number(this.received.slice(9, 12));
    this.received = '';
    this.finish((due) => this.owner.answered(due, status));
  }

  private closed(): void {
    this.socket = null;
    this.received = '';
    this.finish((due) => this.owner.fail(due.request.kind, 'none'));
  }

  private finish(count: (due: Due) => void): void {
    const due = this.current;
    if (due === null) return;
    this.current = null;
    count(due);
    if (!this.ended) this.owner.release(this);
  }
}

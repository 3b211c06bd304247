import { type Server } from 'node:http';
import { type Socket } from 'node:net';

const CHECK_MS = 20;
/** A connection that said nothing may have a request on its way; after this long it is taken for an unused one. */
const UNUSED_AFTER_MS = 100;

/** The connections of a server, so that a shutdown waits for requests and for nothing else. */
export class Connections {
  private readonly open = new Set<Socket>();

  constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      this.open.add(socket);
      socket.once('close', () => this.open.delete(socket));
    });
  }

  /**
   * Closes connections that wait for their next request, over and over until the promise settles: `Server.close` does so
   * only once, before requests in progress are answered, and never closes those that sent nothing yet, as browsers and
   * load balancers keep ready.
   */
  async drainUntil(done: Promise<unknown>): Promise<void> {
    let waitedMs = 0;
    const timer = setInterval(() => {
      this.server.closeIdleConnections();
      if ((waitedMs += CHECK_MS) < UNUSED_AFTER_MS) return;
      for (const socket of this.open) if (socket.bytesRead === 0) socket.destroy();
    }, CHECK_MS);
    await done.catch(() => undefined);
    clearInterval(timer);
  }
}

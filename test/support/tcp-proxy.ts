import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between a client and a server and spoils what goes through. */
export interface TcpProxy {
  readonly port: number;
  /** Every byte in either direction arrives so much later from now on. */
  delay(ms: number): void;
  /** Breaks all connections, without a goodbye. New ones are let through. */
  cut(): void;
  close(): Promise<void>;
}

/** A proxy on a free port of the loopback interface to another port of it. */
export async function startProxy(targetPort: number): Promise<TcpProxy> {
  let delayMs = 0;
  const open = new Set<Socket>();
  const pass = (from: Socket, to: Socket): void => {
    from.on('data', (chunk: Buffer) => {
      if (delayMs === 0) to.write(chunk);
      else setTimeout(() => to.destroyed || to.write(chunk), delayMs);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      open.delete(from);
      to.destroy();
    });
    open.add(from);
  };
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1');
    pass(client, target);
    pass(target, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    delay: (ms) => void (delayMs = ms),
    cut() {
      for (const socket of open) socket.resetAndDestroy();
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND_MS } from '../../domain/time.js';
import { NextItemError } from '../../errors.js';
import { SECURITY_HEADERS } from '../access/security-headers.js';
import { type App } from '../app-type.js';
import { type RouteDependencies } from '../dependencies.js';
import { readMetrics, type Reading, snapshot } from '../live-snapshot.js';
import { errorAnswers } from '../schemas/answers.js';

const INTERVAL_MS = SECOND_MS;
/** Each listener has the metrics of all workers gathered once a second. */
const MAX_LISTENERS = 10;

/** GET /live: what happens, once a second. */
export function liveRoute(app: App, { metrics, metricsText, log }: RouteDependencies): void {
  const listeners = new Set<AbortController>();
  app.addHook('preClose', async () => listeners.forEach((listener) => listener.abort()));
  const read = async (): Promise<Reading> =>
    readMetrics(await (metricsText === undefined ? metrics.registry.metrics() : metricsText()));

  app.get(
    '/live',
    {
      schema: {
        operationId: 'live',
        tags: ['admin'],
        summary: 'What happens on the server, once a second',
        description:
          'Server-sent events: each "data" is a JSON object of what happened in the last second, of all workers together. Ends when the caller leaves or the server stops.',
        produces: ['text/event-stream'],
        response: errorAnswers(503),
      },
    },
    async (_request, reply) => {
      if (listeners.size >= MAX_LISTENERS)
        throw new NextItemError('overloaded', `${MAX_LISTENERS} others listen already`);
      const listener = new AbortController();
      listeners.add(listener);
      reply.hijack();
      const { raw } = reply;
      raw.once('close', () => listener.abort());
      raw.writeHead(200, {
        ...SECURITY_HEADERS,
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'x-accel-buffering': 'no', // proxies that collect answers would hold it back
      });
      raw.write(`retry: ${2 * INTERVAL_MS}\n\n`);
      try {
        let [before, beforeMs] = [await read(), performance.now()];
        while (!listener.signal.aborted) {
          await sleep(INTERVAL_MS, undefined, { signal: listener.signal });
          const [now, nowMs] = [await read(), performance.now()];
          const data = JSON.stringify(snapshot(before, now, (nowMs - beforeMs) / SECOND_MS));
          // A listener that does not read would have the answers pile up here.
          if (raw.writableLength === 0) raw.write(`data: ${data}\n\n`);
          [before, beforeMs] = [now, nowMs];
        }
      } catch (error) {
        if (!listener.signal.aborted) log.warn({ err: error }, 'the live metrics ended');
      } finally {
        listeners.delete(listener);
        raw.end();
      }
    },
  );
}

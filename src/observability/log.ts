import { createRequire } from 'node:module';
import { type DestinationStream, type Logger, pino } from 'pino';
import type pinoPretty from 'pino-pretty';
import { CENSORED, redactor } from './redact.js';

export type { Logger } from 'pino';

/** Where secrets would be if someone logged a request. */
const SECRET_FIELDS = ['authorization', 'cookie', '["x-api-key"]'].flatMap((name) => {
  const field = name.startsWith('[') ? name : `.${name}`;
  return [`headers${field}`, `*.headers${field}`];
});

export interface LogOptions {
  readonly level: string;
  readonly production: boolean;
  /** Texts that must not appear anywhere in it. */
  readonly secrets?: readonly string[];
  /** Where JSON lines go, instead of standard output. */
  readonly destination?: DestinationStream;
}

/**
 * The process's log: readable lines on a terminal, one JSON object a line elsewhere and in production. Secrets never
 * appear: neither headers that carry them, nor the ones it was told of, nor what looks like one.
 */
export function createLog({ level, production, secrets = [], destination }: LogOptions): Logger {
  const settings = {
    level,
    redact: { paths: [...SECRET_FIELDS, '*.password', '*.redisUrl'], censor: CENSORED },
    hooks: { streamWrite: redactor(secrets) },
  };
  if (destination !== undefined) return pino(settings, destination);
  if (production || !process.stdout.isTTY) return pino(settings);
  // Loaded only where it is used: it takes longer to load than pino itself.
  const pretty = createRequire(import.meta.url)('pino-pretty') as typeof pinoPretty;
  return pino(settings, pretty({ translateTime: 'HH:MM:ss', ignore: 'pid,hostname', sync: true }));
}

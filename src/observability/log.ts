import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export type { Logger } from 'pino';

/**
 * The process's log: readable lines on a terminal, one JSON object a line elsewhere and in production. Headers that
 * carry secrets never appear.
 */
export function createLog(options: { readonly level: string; readonly production: boolean }): Logger {
  const settings = {
    level: options.level,
    redact: {
      paths: ['req.headers.authorization', 'req.headers.cookie', '*.password', '*.redisUrl'],
      censor: '(secret)',
    },
  };
  if (options.production || !process.stdout.isTTY) return pino(settings);
  return pino(settings, pretty({ translateTime: 'HH:MM:ss', ignore: 'pid,hostname', sync: true }));
}

// Appends one event at a time for ever and prints what came of each: the id, or the error's code and the id. A test limits the
// size of this process's files, which fails writes as a full disk does, and lifts the limit again.
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEventLog } from '../../dist/sessions/event-log.js';
import { openSessionStore } from '../../dist/sessions/open-session-store.js';

const { kind, dir } = JSON.parse(process.argv[2]);
const limits = { ttlMs: 86_400_000, maxEvents: 1_000_000 };
const store = kind === 'log' ? null : await openSessionStore({ kind, path: dir, limits, clock: Date.now });
const log = kind === 'log' ? await openEventLog({ dir, clock: Date.now }) : null;

process.on('unhandledRejection', (error) => {
  writeSync(1, `unhandled ${error}\n`);
  process.exit(1);
});
for (let i = 0; ; i++) {
  const event = {
    sessionId: 's',
    itemId: 'x'.repeat(2000),
    eventType: 'view',
    timestampMs: i,
    eventId: String(i),
    receivedAtMs: Date.now(),
  };
  try {
    await (store?.append(event) ?? log.append([event]));
    writeSync(1, `${i}\n`);
  } catch (error) {
    writeSync(1, `${error.code} ${i}\n`);
    await sleep(20);
  }
}

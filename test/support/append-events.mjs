// Appends events from 64 concurrent callers, as a server does, and prints the id of each once it is acknowledged.
// Started by crash tests on the built code: node append-events.mjs '{"store": {...}, "logDir": "...", "prefix": "a", "count": 10000}'
import { writeSync } from 'node:fs';
import { openEventLog } from '../../dist/sessions/event-log.js';
import { openSessionStore } from '../../dist/sessions/open-session-store.js';

const { store: options, logDir, prefix, count, sessions } = JSON.parse(process.argv[2]);
const store = await openSessionStore({ ...options, clock: Date.now });
const log =
  logDir === undefined ? null : await openEventLog({ dir: logDir, segmentBytes: 200_000, clock: Date.now });

let next = 0;
async function caller() {
  while (next < count) {
    const i = next++;
    const event = {
      sessionId: `s${i % sessions}`,
      itemId: `item${i}`,
      eventType: 'view',
      timestampMs: i,
      eventId: `${prefix}-${i}`,
      receivedAtMs: Date.now(),
    };
    try {
      await Promise.all([store.append(event), log?.append([event])]);
    } catch (error) {
      if (error.code !== 'store_unavailable' && error.code !== 'event_log_unavailable') throw error;
      writeSync(1, `refused ${event.eventId}\n`);
      continue;
    }
    writeSync(1, `${event.eventId}\n`);
  }
}
await Promise.all(Array.from({ length: 64 }, caller));
await store.close();
await log?.close();

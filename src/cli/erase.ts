import { type Command } from 'commander';
import { existsSync } from 'node:fs';
import { loadConfig } from '../config/load.js';
import { type Config } from '../config/schema.js';
import { NextItemError } from '../errors.js';
import { eventLogFolder, featureLogFolder } from '../http/services.js';
import { FeatureLog } from '../recommend/feature-log.js';
import { configuredStore } from '../sessions/configured-store.js';
import { openEventLog, readEventLog, sessionsOfUser } from '../sessions/event-log.js';
import { openSessionStore } from '../sessions/open-session-store.js';
import { type CommandContext, run } from './run.js';

interface EraseFlags {
  session?: string;
  user?: string;
  config?: string;
}

export function registerErase(program: Command): void {
  program
    .command('erase')
    .summary('erase everything kept of a session or a shopper')
    .description(
      'Erases a session, or all sessions of a shopper, from the session store, the event log and the feature log that the ' +
        'settings name (STATE_PATH, REDIS_URL and so on: .env.example). The server may be running.',
    )
    .option('--session <id>', 'the session')
    .option('--user <id>', 'the shopper: every session that ever named this user id, as a whole')
    .option('--config <file>', 'a JSON file with settings')
    .action(
      run(async (context, { session, user, config: file }: EraseFlags) => {
        if (session === undefined && user === undefined) {
          throw new NextItemError('invalid_option', 'nothing was named to erase', '--session or --user');
        }
        const config = loadConfig({ env: process.env, ...(file === undefined ? {} : { file }) });
        const who: Who = { sessionIds: new Set(session === undefined ? [] : [session]), userId: user };
        const found = await eventsOf(who, eventLogFolder(config.statePath));
        const sessions = await eraseSessions(who, config, context);
        await eraseEvents(who, eventLogFolder(config.statePath));
        const served = await eraseFeatures(who, config);
        console.log(
          `erased ${sessions} live ${sessions === 1 ? 'session' : 'sessions'} from the ${config.sessionStore} store, ` +
            `${found} ${found === 1 ? 'event' : 'events'} from the event log, ` +
            `${served} ${served === 1 ? 'recommendation' : 'recommendations'} from the feature log`,
        );
      }),
    );
}

/** Whom to erase. Sessions that turn out to be a user's are added on the way. */
interface Who {
  readonly sessionIds: Set<string>;
  readonly userId: string | undefined;
}

/** Counts the events to erase from the log, and finds the user's sessions: also those that live no more. */
async function eventsOf(who: Who, dir: string): Promise<number> {
  if (!existsSync(dir)) return 0;
  if (who.userId !== undefined) {
    for (const sessionId of await sessionsOfUser(dir, who.userId)) who.sessionIds.add(sessionId);
  }
  let count = 0;
  for await (const events of readEventLog(dir))
    for (const { sessionId } of events) if (who.sessionIds.has(sessionId)) count++;
  return count;
}

/** Returns how many live sessions there were. */
async function eraseSessions(who: Who, config: Config, { say }: CommandContext): Promise<number> {
  const options = configuredStore(config, Date.now);
  if (options.kind === 'memory') {
    say('The memory store lives inside the server: ask it with DELETE /session/{id} or DELETE /users/{id}.');
    return 0;
  }
  if (options.kind === 'embedded' && !existsSync(options.path)) return 0;
  const store = await openSessionStore(options);
  try {
    let count = 0;
    if (who.userId !== undefined) {
      for (const sessionId of await store.deleteUser(who.userId)) {
        who.sessionIds.add(sessionId);
        count++;
      }
    }
    for (const sessionId of who.sessionIds) if (await store.delete(sessionId)) count++;
    return count;
  } finally {
    await store.close();
  }
}

async function eraseEvents({ sessionIds, userId }: Who, dir: string): Promise<void> {
  if (!existsSync(dir)) return;
  const log = await openEventLog({ dir, clock: Date.now });
  try {
    if (userId !== undefined) await log.erase({ userId });
    for (const sessionId of sessionIds) await log.erase({ sessionId });
  } finally {
    await log.close();
  }
}

/** Returns how many logged recommendations there were. */
async function eraseFeatures({ sessionIds, userId }: Who, config: Config): Promise<number> {
  const dir = featureLogFolder(config.statePath);
  if (!existsSync(dir)) return 0;
  const log = new FeatureLog({
    dir,
    retentionDays: config.featureLogRetentionDays,
    clock: Date.now,
    onDrop: () => undefined,
  });
  return log.erase({ sessionIds: [...sessionIds], ...(userId === undefined ? {} : { userId }) });
}

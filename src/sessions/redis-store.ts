import { Redis, type Cluster } from 'ioredis';
import { type Session } from '../domain/session.js';
import { NextItemError } from '../errors.js';
import {
  encodeEvent,
  eventOf,
  idOfText,
  idText,
  type EncodedEvent,
  type StoredFields,
} from './event-codec.js';
import { clientOptions, type RedisStoreOptions } from './redis-options.js';
import { APPEND, ERASE, INDEX, INDEX_LIFE, READ, UNINDEX } from './redis-scripts.js';
import {
  type AppendResult,
  type IncomingEvent,
  type SessionStore,
  type SessionStoreLimits,
} from './session-store.js';
import { asError, storeUnavailable } from './store-error.js';

/**
 * Connects to Redis 5 or later. Throws `store_unavailable` if the first connection fails, `invalid_config` for a
 * wrong URL. Later failures are answered per call, and the connection comes back by itself.
 *
 * How much of what was acknowledged survives a crash of Redis is its `appendfsync`: `always` all of it,
 * `everysec` all but the last second, without `appendonly` what the last snapshot had. Set `maxmemory-policy`
 * to `noeviction`: a full Redis then refuses events instead of dropping sessions.
 */
export async function openRedisStore(
  options: RedisStoreOptions,
  limits: SessionStoreLimits,
): Promise<RedisStore> {
  const { client: settings, address } = clientOptions(options);
  const client = new Redis(settings);
  const store = new RedisStore(client, address, limits, options.keyPrefix);
  try {
    await client.connect();
    await store.ping(); // an open port is not yet a Redis that accepts our password
    return store;
  } catch (error) {
    client.disconnect();
    throw store.unavailable(error);
  }
}

/** Sessions in Redis. All keys of a session share the hash tag `{session id}`, so a Cluster keeps them together. */
export class RedisStore implements SessionStore {
  readonly kind = 'redis';
  private readonly scripts: Scripts;
  private connectionError: Error | null = null;
  private closed = false;

  /**
   * @param client a connection, or a Cluster; the store closes it
   * @param address where it leads, without secrets, for messages
   */
  constructor(
    private readonly client: Redis | Cluster,
    private readonly address: string,
    private readonly limits: SessionStoreLimits,
    private readonly keyPrefix = 'nextitem:',
  ) {
    client.defineCommand('nextitemAppend', { numberOfKeys: 3, lua: APPEND });
    client.defineCommand('nextitemRead', { numberOfKeys: 2, lua: READ });
    client.defineCommand('nextitemErase', { numberOfKeys: 3, lua: ERASE });
    client.defineCommand('nextitemIndex', { numberOfKeys: 1, lua: INDEX });
    client.defineCommand('nextitemUnindex', { numberOfKeys: 1, lua: UNINDEX });
    this.scripts = client as unknown as Scripts;
    client.on('error', (error: Error) => (this.connectionError = error));
    client.on('ready', () => (this.connectionError = null));
  }

  async append(event: IncomingEvent): Promise<AppendResult> {
    const encoded = encodeEvent(event);
    return this.call(() => this.add(encoded));
  }

  async appendBatch(events: readonly IncomingEvent[]): Promise<(AppendResult | Error)[]> {
    // Commands of one turn leave in one pipeline, in order.
    return Promise.all(events.map((event) => this.append(event).catch(asError)));
  }

  async read(sessionId: string): Promise<Session | null> {
    return this.call(async () => {
      const [events, session] = this.sessionKeys(sessionId);
      const answer = await this.scripts.nextitemRead(events, session, this.limits.maxEvents);
      if (answer === null) return null;
      const [eventCount, user, json, ...counts] = answer;
      return {
        sessionId,
        ...(user !== null && { userId: idOfText(user) }),
        events: (JSON.parse(json) as [number, StoredFields][]).map(([timestampMs, fields]) =>
          eventOf(fields, timestampMs),
        ),
        eventCount: Number(eventCount),
        countsByType: counts.map((count) => Number(count ?? 0)),
      };
    });
  }

  async delete(sessionId: string): Promise<boolean> {
    return this.call(() => this.erase(sessionId, ''));
  }

  async deleteUser(userId: string): Promise<string[]> {
    return this.call(async () => {
      const user = idText(userId);
      const entries = await this.client.zrange(this.userKey(user), 0, '-1');
      const sessionIds = entries.map((entry) => idOfText(String(entry)));
      const erased = await Promise.all(sessionIds.map((sessionId) => this.erase(sessionId, user)));
      return sessionIds.filter((_, i) => erased[i]);
    });
  }

  async ping(): Promise<void> {
    await this.call(() => this.client.ping());
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    try {
      await this.client.quit(); // after everything sent before it was answered
    } catch {
      this.client.disconnect();
    }
  }

  /** A failure as `store_unavailable` with the true reason, also when the call failed because the connection is down. */
  unavailable(error: unknown): NextItemError {
    const isDown = this.client.status !== 'ready' && this.connectionError !== null;
    return storeUnavailable(this.address, isDown ? this.connectionError : error);
  }

  private async add(event: EncodedEvent): Promise<AppendResult> {
    const { sessionId } = event;
    const user = event.userId === undefined ? '' : idText(event.userId);
    // The index entry leaves first: a session without one would escape deleteUser, an entry without its session expires.
    const [, [eventCount, duplicate, ...usersToRenew]] = await Promise.all([
      user === '' ? null : this.index(user, sessionId),
      this.scripts.nextitemAppend(
        ...this.sessionKeys(sessionId),
        event.text,
        event.timestampMs,
        event.typeCode,
        this.limits.ttlMs,
        this.limits.maxEvents,
        event.eventId === undefined ? '' : idText(event.eventId),
        user,
      ),
    ]);
    await Promise.all(usersToRenew.map((carried) => this.index(carried, sessionId)));
    return { eventCount, duplicate: duplicate === 1 };
  }

  private index(user: string, sessionId: string): Promise<unknown> {
    return this.scripts.nextitemIndex(
      this.userKey(user),
      idText(sessionId),
      Math.ceil(INDEX_LIFE * this.limits.ttlMs),
    );
  }

  /** Erases a session and its index entries. False if there is none, or if it never carried the user named. */
  private async erase(sessionId: string, user: string): Promise<boolean> {
    const answer = await this.scripts.nextitemErase(...this.sessionKeys(sessionId), user);
    if (answer === null) return false;
    const [erasedAtUs, ...users] = answer;
    const entry = idText(sessionId);
    await Promise.all(
      users.map((carried) => this.scripts.nextitemUnindex(this.userKey(carried), entry, erasedAtUs)),
    );
    return true;
  }

  private sessionKeys(sessionId: string): [events: string, session: string, ids: string] {
    const tag = `${this.keyPrefix}${hashTag(idText(sessionId))}`;
    return [`${tag}:events`, `${tag}:session`, `${tag}:ids`];
  }

  private userKey(user: string): string {
    return `${this.keyPrefix}user:${hashTag(user)}`;
  }

  private async call<Result>(command: () => Promise<Result>): Promise<Result> {
    if (this.closed) throw new NextItemError('store_unavailable', 'the Redis store was closed');
    try {
      return await command();
    } catch (error) {
      throw this.unavailable(error);
    }
  }
}

/**
 * An {@link idText} in braces. Redis Cluster places a key by what stands between its first `{` and the next `}`, so
 * a brace inside is written as a JSON escape, which no other id's text contains.
 */
function hashTag(text: string): string {
  return `{${text.replaceAll('{', '\\u007b').replaceAll('}', '\\u007d')}}`;
}

interface Scripts {
  nextitemAppend(
    ...args: [
      events: string,
      session: string,
      ids: string,
      text: string,
      timestampMs: number,
      typeCode: number,
      ttlMs: number,
      maxEvents: number,
      eventId: string,
      user: string,
    ]
  ): Promise<[eventCount: number, duplicate: number, ...usersToRenew: string[]]>;
  nextitemRead(
    events: string,
    session: string,
    maxEvents: number,
  ): Promise<[eventCount: string, user: string | null, events: string, ...counts: (string | null)[]] | null>;
  nextitemErase(
    events: string,
    session: string,
    ids: string,
    user: string,
  ): Promise<[erasedAtUs: string, ...users: string[]] | null>;
  nextitemIndex(key: string, session: string, lifeMs: number): Promise<number>;
  nextitemUnindex(key: string, session: string, untilUs: string): Promise<number>;
}

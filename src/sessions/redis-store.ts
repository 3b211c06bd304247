import { type Cluster, type Redis } from 'ioredis';
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
import { commandTimeoutMs, createClient, type RedisClient, type RedisStoreOptions } from './redis-options.js';
import { Replication } from './redis-replication.js';
import { APPEND, ERASE, INDEX, INDEX_LIFE, READ, UNINDEX } from './redis-scripts.js';
import {
  type AppendResult,
  type IncomingEvent,
  type SessionStore,
  type SessionStoreLimits,
} from './session-store.js';
import { asError, storeUnavailable } from './store-error.js';

/**
 * Connects to Redis 5 or later. Throws `store_unavailable` if the first connection fails (unless `requiredAtStart` is
 * false), `invalid_config` for wrong settings. Later failures are answered per call, and the connection comes back by itself.
 *
 * How much of what was acknowledged survives a crash of Redis is its `appendfsync`: `always` all of it,
 * `everysec` all but the last second, without `appendonly` what the last snapshot had. Set `maxmemory-policy`
 * to `noeviction`: a full Redis then refuses events instead of dropping sessions.
 *
 * A failover loses what the new master did not have yet, unless `waitReplicas` made sure that it had.
 */
export async function openRedisStore(
  options: RedisStoreOptions,
  limits: SessionStoreLimits,
): Promise<RedisStore> {
  const { waitReplicas = 0, requiredAtStart = true } = options;
  const timeoutMs = commandTimeoutMs(options);
  const reading = createClient(options);
  // Waiting for replicas holds a connection up: reads have their own.
  const writing = waitReplicas > 0 ? createClient(options).client : reading.client;
  const replication =
    waitReplicas > 0 ? new Replication(writing, waitReplicas, Math.ceil(timeoutMs / 2)) : null;
  const store = new RedisStore(reading, limits, { keyPrefix: options.keyPrefix, writing, replication });
  try {
    await withinMs(START_TIMEOUTS * timeoutMs, store.connect());
  } catch (error) {
    if (requiredAtStart) {
      const failure = store.unavailable(error);
      await store.close();
      throw failure;
    }
  }
  return store;
}

/** Opening may take so many times what a command may: an address, a connection, a login and a question to the Sentinels. */
const START_TIMEOUTS = 5;
const CONNECT_AGAIN_MS = 500;

export interface RedisStoreParts {
  readonly keyPrefix?: string | undefined;
  /** The connection for appends; default: the one for all. */
  readonly writing?: Redis | Cluster;
  /** null: an append is acknowledged when the master has it. */
  readonly replication?: Replication | null;
}

/** Sessions in Redis. All keys of a session share the hash tag `{session id}`, so a Cluster keeps them together. */
export class RedisStore implements SessionStore {
  readonly kind = 'redis';
  private readonly client: Redis | Cluster;
  private readonly address: string;
  private readonly keyPrefix: string;
  private readonly replication: Replication | null;
  private readonly clients: ReadonlySet<Redis | Cluster>;
  private readonly scripts: Scripts;
  private readonly writingScripts: Scripts;
  private connectionError: Error | null = null;
  private closed = false;

  /** The store closes the clients it is given. */
  constructor(
    { client, address }: RedisClient,
    private readonly limits: SessionStoreLimits,
    { keyPrefix = 'nextitem:', writing = client, replication = null }: RedisStoreParts = {},
  ) {
    this.client = client;
    this.address = address;
    this.keyPrefix = keyPrefix;
    this.replication = replication;
    this.scripts = withScripts(client);
    this.writingScripts = writing === client ? this.scripts : withScripts(writing);
    this.clients = new Set([client, writing]);
    for (const each of this.clients) {
      each.on('error', (error: Error) => (this.connectionError = error));
      each.on('ready', () => (this.connectionError = null));
      // The library gives up in some corners of a failover; we do not.
      each.on('end', () => {
        const again = () => void (this.closed || each.connect().catch(() => undefined));
        setTimeout(again, CONNECT_AGAIN_MS).unref();
      });
    }
  }

  /** Resolves when Redis answers. Called once; later connections come by themselves. */
  async connect(): Promise<void> {
    await Promise.all([...this.clients].map((client) => client.connect()));
    await this.ping(); // an open port is not yet a Redis that accepts our password
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
    for (const client of this.clients) {
      // After everything sent before it was answered.
      if (client.status === 'ready') await client.quit().catch(() => undefined);
      client.disconnect();
    }
  }

  /** A failure as `store_unavailable` with the true reason, also when the call failed because the connection is down. */
  unavailable(error: unknown): NextItemError {
    const isDown = [...this.clients].some(({ status }) => status !== 'ready');
    return storeUnavailable(
      this.address,
      isDown && this.connectionError !== null ? rootCause(this.connectionError) : error,
    );
  }

  private async add(event: EncodedEvent): Promise<AppendResult> {
    const { sessionId } = event;
    const user = event.userId === undefined ? '' : idText(event.userId);
    const keys = this.sessionKeys(sessionId);
    const replicated = this.replication?.of(keys[0]);
    // The index entry leaves first: a session without one would escape deleteUser, an entry without its session expires.
    const [, [eventCount, duplicate, ...usersToRenew]] = await Promise.all([
      user === '' ? null : this.index(user, sessionId),
      this.writingScripts.nextitemAppend(
        ...keys,
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
    await replicated?.();
    return { eventCount, duplicate: duplicate === 1 };
  }

  private index(user: string, sessionId: string): Promise<unknown> {
    return this.writingScripts.nextitemIndex(
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

function withScripts(client: Redis | Cluster): Scripts {
  client.defineCommand('nextitemAppend', { numberOfKeys: 3, lua: APPEND });
  client.defineCommand('nextitemRead', { numberOfKeys: 2, lua: READ });
  client.defineCommand('nextitemErase', { numberOfKeys: 3, lua: ERASE });
  client.defineCommand('nextitemIndex', { numberOfKeys: 1, lua: INDEX });
  client.defineCommand('nextitemUnindex', { numberOfKeys: 1, lua: UNINDEX });
  return client as unknown as Scripts;
}

/** What a Cluster says of its nodes' failures is general; the last of them knows more. */
function rootCause(error: Error): Error {
  const { lastNodeError } = error as { lastNodeError?: Error };
  return lastNodeError ?? error;
}

function withinMs<Result>(limitMs: number, work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not connected after ${limitMs} ms`)), limitMs);
    void work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
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

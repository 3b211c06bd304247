import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/domain/random.js';
import { type EventTable } from '../../../../src/data/event-table.js';
import { SessionQuery } from '../../../../src/retrieval/session-query.js';
import { SessionVector } from '../../../../src/retrieval/session-vector.js';
import { DIMENSIONS } from '../../../../src/tables/embedding/kernels.js';
import { cosineAt, type SessionEmbedding } from '../../../../src/tables/embedding/session-embedding.js';
import {
  trainEmbedding,
  type TrainEmbeddingOptions,
} from '../../../../src/tables/embedding/train-embedding.js';
import { knownEvents } from '../../../../src/tables/known-events.js';
import { DEFAULT_TABLE_SETTINGS, type EmbeddingSettings } from '../../../../src/tables/settings.js';
import { eventTable } from '../../../support/event-table.js';
import { fingerprint } from '../../../support/fingerprint.js';

const SETTINGS: EmbeddingSettings = { ...DEFAULT_TABLE_SETTINGS.embedding, epochs: 8, negatives: 32 };

const GROUPS = 6;
const PER_GROUP = 10;
const itemName = (group: number, n: number) => `g${group}-${n}`;

/** A shop of groups of ten items: a session wanders inside one group. */
function groupedShop(sessions: number): EventTable {
  const random = new Random(7);
  const names = Array.from({ length: GROUPS * PER_GROUP }, (_, i) =>
    itemName(Math.floor(i / PER_GROUP), i % PER_GROUP),
  );
  const walks = Array.from({ length: sessions }, () => {
    const group = random.below(GROUPS);
    return Array.from({ length: 3 + random.below(5) }, () => itemName(group, random.below(PER_GROUP)));
  });
  return eventTable(walks, { items: [...names, 'never-seen'], clock: 'ordinal' });
}
const shop = groupedShop(600);
const SESSIONS = 500;

function train(
  events: EventTable,
  settings: Partial<EmbeddingSettings> = {},
  options: Partial<TrainEmbeddingOptions> = {},
  sessionsEnd = events.sessionOffsets.length - 1,
): Promise<SessionEmbedding | null> {
  const known = knownEvents(events, sessionsEnd, sessionsEnd);
  return trainEmbedding(known, { ...SETTINGS, ...settings }, { seed: 1, ...options });
}

async function trained(...args: Parameters<typeof train>): Promise<SessionEmbedding> {
  const embedding = await train(...args);
  if (embedding === null) throw new Error('nothing was learned');
  return embedding;
}

/** The items of the places, best first, for a session of these items. */
function nearest(embedding: SessionEmbedding, events: EventTable, items: readonly string[]): string[] {
  const session = new SessionVector(embedding);
  const query = eventTable([items], {
    items: Array.from({ length: events.items.length }, (_, i) => events.items.at(i)),
  });
  expect(session.encode(new SessionQuery().fromTable(query, 0, items.length))).toBe(true);
  const { vectors, itemAt } = embedding;
  return Array.from(itemAt, (item, place) => ({
    name: events.items.at(item),
    cosine: cosineAt(session.index.session, 0, vectors, place * DIMENSIONS),
  }))
    .sort((a, b) => b.cosine - a.cosine)
    .map(({ name }) => name);
}

/** Mean loss over the whole catalogue, in nats, of the next items that the sessions from `start` on do not have yet. */
function heldOutLoss(embedding: SessionEmbedding, events: EventTable, start: number): number {
  const session = new SessionVector(embedding);
  const query = new SessionQuery();
  let [loss, asked] = [0, 0];
  for (let s = start; s < events.sessionOffsets.length - 1; s++) {
    for (let e = events.sessionOffsets[s]! + 1; e < events.sessionOffsets[s + 1]!; e++) {
      query.fromTable(events, events.sessionOffsets[s]!, e);
      const target = events.itemIndex[e]!;
      if (query.distinctOf(target) >= 0 || !session.encode(query)) continue;
      const logits = Array.from(
        embedding.itemAt,
        (_, place) =>
          SETTINGS.scale * cosineAt(session.index.session, 0, embedding.vectors, place * DIMENSIONS),
      );
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
      loss += Math.log(total) - logits[embedding.placeOf[target]!]!;
      asked++;
    }
  }
  return loss / asked;
}

describe('trainEmbedding', () => {
  it('finds the items of the group a session is in', async () => {
    const embedding = await trained(shop, {}, {}, SESSIONS);
    for (let group = 0; group < GROUPS; group++) {
      for (const session of [[0], [3, 1], [2, 7, 9]].map((ns) => ns.map((n) => itemName(group, n)))) {
        const best = nearest(embedding, shop, session).slice(0, PER_GROUP);
        expect(best.filter((name) => name.startsWith(`g${group}-`)).length).toBeGreaterThanOrEqual(9);
      }
    }
  });

  it('lowers the loss on sessions it has not seen, epoch by epoch', async () => {
    const losses: number[] = [];
    for (const epochs of [1, 3, 8])
      losses.push(heldOutLoss(await trained(shop, { epochs }, {}, SESSIONS), shop, SESSIONS));
    const chance = Math.log(GROUPS * PER_GROUP);
    expect(losses[0]!).toBeLessThan(chance);
    expect(losses[1]!).toBeLessThan(losses[0]!);
    expect(losses[2]!).toBeLessThan(losses[1]!);
    // At best it knows the group and nothing else.
    expect(losses[2]!).toBeLessThan(Math.log(PER_GROUP) + 0.35);
  });

  it('weighs recent sessions more', async () => {
    const before = Array.from({ length: 300 }, (_, s) => (s % 2 === 0 ? ['a', 'old'] : ['x', 'new']));
    const after = Array.from({ length: 60 }, (_, s) => (s % 2 === 0 ? ['a', 'new'] : ['x', 'old']));
    const events = eventTable([...before, ...after]);
    const [forgetful, mindful] = [
      await trained(events, { halfLifeDays: 5 }),
      await trained(events, { halfLifeDays: 1e6 }),
    ];
    const order = (embedding: SessionEmbedding) =>
      nearest(embedding, events, ['a']).filter((name) => name === 'old' || name === 'new');
    expect(order(forgetful)).toEqual(['new', 'old']);
    expect(order(mindful)).toEqual(['old', 'new']);
  });

  it('gives the same bits for the same seed and others for another', async () => {
    const once = fingerprint(await trained(shop, { epochs: 2 }));
    expect(fingerprint(await trained(shop, { epochs: 2 }))).toBe(once);
    expect(fingerprint(await trained(shop, { epochs: 2 }, { seed: 2 }))).not.toBe(once);
  });

  it('knows nothing of what comes after the cut', async () => {
    const before = fingerprint(await trained(shop, { epochs: 2 }, {}, SESSIONS));
    const cut = shop.sessionOffsets[SESSIONS]!;
    const withEvent = (event: number): EventTable => {
      const changed = { ...shop, itemIndex: shop.itemIndex.slice(), timestampMs: shop.timestampMs.slice() };
      const random = new Random(3);
      for (let e = event; e < changed.itemIndex.length; e++) {
        changed.itemIndex[e] = random.below(shop.items.length);
        changed.timestampMs[e]! += 1000;
      }
      return changed;
    };
    expect(fingerprint(await trained(withEvent(cut), { epochs: 2 }, {}, SESSIONS))).toBe(before);
    // The last event before the cut does count.
    expect(fingerprint(await trained(withEvent(cut - 1), { epochs: 2 }, {}, SESSIONS))).not.toBe(before);
  });

  it('has no place for items without events before the cut', async () => {
    const events = eventTable(
      [
        ['a', 'b', 'c'],
        ['b', 'c', 'a'],
        ['d', 'a'],
      ],
      {
        items: ['none', 'a', 'b', 'c', 'd'],
      },
    );
    const { placeOf, itemAt, vectors } = await trained(events, {}, {}, 2);
    expect([...placeOf]).toEqual([-1, 0, 1, 2, -1]);
    expect([...itemAt]).toEqual([1, 2, 3]);
    expect(vectors).toHaveLength(3 * DIMENSIONS);
  });

  it('works on the smallest catalogues, with vectors of unit length', async () => {
    for (const sessions of [
      [['a', 'b']],
      [
        ['a', 'b', 'c'],
        ['c', 'b', 'a'],
      ],
    ]) {
      const { vectors, gates, clusterOffsets, centroids } = await trained(eventTable(sessions));
      const items = sessions[0]!.length;
      expect([...clusterOffsets]).toEqual([0, items]);
      expect(gates).toHaveLength(SETTINGS.lags * DIMENSIONS);
      expect([...gates, ...centroids].every(Number.isFinite)).toBe(true);
      for (let place = 0; place < items; place++)
        expect(cosineAt(vectors, place * DIMENSIONS, vectors, place * DIMENSIONS)).toBeCloseTo(1, 3);
    }
  });

  it('learns nothing where nothing can be learned', async () => {
    const teachesNothing: [string, EventTable][] = [
      ['no session', eventTable([])],
      ['sessions of one event', eventTable([['a'], ['b'], ['c']])],
      ['one item', eventTable([['a', 'a', 'a'], ['a']])],
      [
        'repeats only',
        eventTable([
          ['a', 'a'],
          ['b', 'b', 'b'],
        ]),
      ],
    ];
    for (const [what, events] of teachesNothing) expect(await train(events), what).toBeNull();
    expect(await train(shop, { epochs: 0 })).toBeNull();
  });

  it('takes an item for new again once it has left the window', async () => {
    const progress = async (lags: number) => {
      let examples = 0;
      await train(
        eventTable([...Array.from({ length: 127 }, () => ['x', 'y']), ['a', 'b', 'b', 'a']]),
        { lags, epochs: 1 },
        { onProgress: (_, total) => (examples = total) },
      );
      return examples;
    };
    // 127 + 1 examples fill a batch; the return to a makes a second one.
    expect(await progress(3)).toBe(1);
    expect(await progress(2)).toBe(2);
  });

  it('learns from so many examples at most, the most recent ones', async () => {
    const events = eventTable([['a', 'b'], ...Array.from({ length: 200 }, () => ['c', 'd', 'e'])]);
    let batches = 0;
    const onProgress = (_: number, total: number) => (batches = total);
    await train(events, { epochs: 1, maxExamples: 128 }, { onProgress });
    expect(batches).toBe(1);
    // 401 examples.
    await train(events, { epochs: 1 }, { onProgress });
    expect(batches).toBe(4);

    const turned = eventTable([
      ...Array.from({ length: 300 }, (_, s) => (s % 2 === 0 ? ['a', 'old'] : ['x', 'new'])),
      ...Array.from({ length: 100 }, (_, s) => (s % 2 === 0 ? ['a', 'new'] : ['x', 'old'])),
    ]);
    const order = async (maxExamples: number) =>
      nearest(await trained(turned, { maxExamples, halfLifeDays: 1e6 }), turned, ['a']).filter(
        (name) => name === 'old' || name === 'new',
      );
    expect(await order(100)).toEqual(['new', 'old']);
    expect(await order(400)).toEqual(['old', 'new']);
  });

  it('says how far it is, and stops when told to', async () => {
    const said: [number, number][] = [];
    await train(shop, { epochs: 3 }, { onProgress: (done, total) => void said.push([done, total]) });
    const [done, total] = said.at(-1)!;
    expect(done).toBe(total);
    expect(said.map(([d]) => d)).toEqual(said.map(([d]) => d).sort((a, b) => a - b));

    const stop = new AbortController();
    const reason = new Error('enough');
    const run = train(
      shop,
      { epochs: 1_000_000 },
      { signal: stop.signal, onProgress: () => stop.abort(reason) },
    );
    await expect(run).rejects.toBe(reason);
  });
});

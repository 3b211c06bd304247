import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sessionScores } from '../../../src/metrics/session-scores.js';
import { ITEMS, testApp, type TestApp } from '../../support/http-app.js';
import { writeTestBundle } from '../../support/served.js';

const SERVED = '20260101-000000';
const OTHER = '20260202-000000';

let shop: TestApp;
beforeEach(async () => void (shop = await testApp({ bundle: true })));
afterEach(() => shop.close());

const breakBundle = (version: string) =>
  writeFile(join(shop.config.artifactsPath, version, 'manifest.json'), '{}');

describe('GET /models', () => {
  it('lists the models there are, the newest first, and says which is in service', async () => {
    await writeTestBundle(shop.config.artifactsPath, OTHER);
    const { status, body } = await shop.get('/models');
    expect(status).toBe(200);
    expect(body.models.map((model: { model_version: string }) => model.model_version)).toEqual([
      OTHER,
      SERVED,
    ]);
    expect(body.models[1]).toMatchObject({
      served: true,
      trained_at: '2026-01-01T00:00:00.000Z',
      counts: { items: 7, sessions: 3, events: 10 },
    });
    expect(body.models[0].served).toBe(false);
    expect(body.models[0].bytes).toBeGreaterThan(1000);
  });

  it('lists a broken one with what is wrong, and an empty folder as nothing', async () => {
    await breakBundle(SERVED);
    const { body } = await shop.get('/models');
    expect(body.models).toEqual([
      { model_version: SERVED, served: true, problem: expect.stringContaining('manifest.json') },
    ]);
    const empty = await testApp();
    expect((await empty.get('/models')).body).toEqual({ models: [] });
    await empty.close();
  });
});

describe('GET /models/{version}', () => {
  it('tells source and settings; what training did not write is empty', async () => {
    const { status, body } = await shop.get('/models/latest');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      model_version: SERVED,
      source: { description: 'a test' },
      evaluations: [],
      importances: [],
    });
    expect(body.settings.retrieval.limits.next).toBeGreaterThan(0);
    expect(body).not.toHaveProperty('learning_curve');
  });

  it('knows no other versions, and refuses what is broken', async () => {
    for (const version of ['20990101-000000', '..%2f..', '__proto__', '%00'])
      expect([400, 404]).toContain((await shop.get(`/models/${version}`)).status);
    await breakBundle(SERVED);
    expect((await shop.get(`/models/${SERVED}`)).body.code).toBe('model_refused');
  });
});

describe('POST /models/compare', () => {
  it('has both models answer the same sessions', async () => {
    await writeTestBundle(shop.config.artifactsPath, OTHER);
    await shop.post('/event', { session_id: 's1', item_id: 'tea', event_type: 'view' });
    const { status, body } = await shop.post('/models/compare', {
      base: SERVED,
      other: OTHER,
      k: 4,
      sessions: [{ session_id: 's1' }, { events: [{ item_id: 'desk', event_type: 'view' }] }],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ base: SERVED, other: OTHER });
    const [first, second] = body.sessions;
    expect(first).toMatchObject({ session_id: 's1', items: ['tea'] });
    expect(second).toMatchObject({ session_id: 'session 2', items: ['desk'] });
    const { body: answer } = await shop.post('/recommend', { session_id: 's1', k: 4 });
    expect(first.base).toEqual(answer.recommendations);
    // The other model knows fewer items, and gives what it has.
    for (const { item_id } of first.other) expect(['tea', 'pot', 'cup', 'milk', 'desk', 'chair', 'lamp']).toContain(item_id); // prettier-ignore
    const ids = (list: { item_id: string }[]) => list.map(({ item_id }) => item_id);
    const both = ids(first.base).filter((item) => ids(first.other).includes(item)).length;
    expect(first.overlap).toBeCloseTo(both / 4);
    expect(body.mean_overlap).toBeCloseTo((first.overlap + second.overlap) / 2);
  });

  it('takes one view of each popular item where no sessions are named; a model equals itself', async () => {
    const { body } = await shop.post('/models/compare', { base: SERVED, other: 'latest' });
    expect(body.mean_overlap).toBe(1);
    expect(body.sessions).toHaveLength(ITEMS.length);
    expect(body.sessions[0].items).toEqual(['tea']);
  });

  it('says how much one finds more than the other, where both were asked the same', async () => {
    const scores = (found: number, questions = 'these') => {
      const prefixes = new Uint32Array(50).fill(2);
      const sums = Float64Array.from(prefixes, (_, session) => (session < found ? 1 : 0));
      const table = { columns: ['HR@20'], sessionNumbers: prefixes.map((_, i) => i), prefixes, sums };
      const kept = sessionScores(table, ['HR@20'], questions);
      return { 'session-scores.json': JSON.stringify([{ title: 'next item', ...kept }]) };
    };
    const [third, fourth] = ['20260301-000000', '20260401-000000'];
    await writeTestBundle(shop.config.artifactsPath, OTHER, { files: scores(10) });
    await writeTestBundle(shop.config.artifactsPath, third, { files: scores(30) });
    await writeTestBundle(shop.config.artifactsPath, fourth, { files: scores(30, 'others') });
    const compare = async (base: string, other: string) =>
      (await shop.post('/models/compare', { base, other })).body.differences;
    const [found, ...rest] = await compare(OTHER, third);
    expect(found).toMatchObject({ task: 'next item', metric: 'HR@20', base: 0.1, other: 0.3 });
    expect(found.difference).toBeCloseTo(0.2);
    expect(found.low).toBeGreaterThan(0.1);
    expect(rest).toEqual([]);
    expect(await compare(OTHER, fourth)).toEqual([]);
    expect(await compare(OTHER, SERVED)).toEqual([]);
  });

  it('refuses what is not there or broken, and goes on serving', async () => {
    const compare = (other: string) => shop.post('/models/compare', { base: SERVED, other });
    expect((await compare('20990101-000000')).body.code).toBe('unknown_model');
    await writeTestBundle(shop.config.artifactsPath, OTHER);
    await breakBundle(OTHER);
    expect((await compare(OTHER)).body.code).toBe('model_refused');
    const unknown = await shop.post('/models/compare', {
      base: SERVED,
      other: SERVED,
      sessions: [{ session_id: 'never seen' }],
    });
    expect(unknown.body).toMatchObject({ code: 'unknown_session', where: 'body.sessions[0].session_id' });
    expect((await shop.post('/recommend', { session_id: 'x' })).status).toBe(200);
  });
});

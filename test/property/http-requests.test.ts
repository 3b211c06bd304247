import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type TestApp } from '../support/http-app.js';

let shop: TestApp;
beforeAll(async () => void (shop = await testApp({ env: { LOG_LEVEL: 'error' } })));
afterAll(() => shop.close());

const anyId = fc.oneof(
  fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }),
  fc.string(),
  fc.jsonValue(),
);
const anyTime = fc.oneof(fc.integer(), fc.double(), fc.string(), fc.date({ noInvalidDate: true }).map((date) => date.toISOString()), fc.jsonValue()); // prettier-ignore
const likelyEvent = fc.record(
  {
    session_id: anyId,
    user_id: anyId,
    item_id: anyId,
    event_type: fc.oneof(fc.constantFrom('view', 'click', 'add_to_cart', 'purchase'), fc.jsonValue()),
    timestamp: anyTime,
    metadata: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue()),
    event_id: anyId,
    recommendation_id: anyId,
  },
  { requiredKeys: [] },
);
const anyBody = fc.oneof(likelyEvent, fc.jsonValue());

function expectNoFailure({ status, body }: { status: number; body: { code?: string } }): void {
  expect([200, 400]).toContain(status);
  if (status === 400) expect(['invalid_request', 'invalid_json', 'invalid_timestamp']).toContain(body.code);
}

describe('whatever is sent', () => {
  it('POST /event accepts it or says why not', () =>
    fc.assert(
      fc.asyncProperty(anyBody, async (body) => expectNoFailure(await shop.post('/event', body))),
      { numRuns: 300 },
    ));

  it('POST /events has a result for each', () =>
    fc.assert(
      fc.asyncProperty(fc.array(anyBody, { minLength: 1, maxLength: 8 }), async (events) => {
        const { status, body } = await shop.post('/events', { events });
        if (status === 400) return void expect(body.code).toBe('invalid_json');
        expect(status).toBe(200);
        expect(body.results).toHaveLength(events.length);
        for (const result of body.results) expect(['success', 'error']).toContain(result.status);
      }),
      { numRuns: 150 },
    ));

  it('POST /recommend answers or says why not', () =>
    fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.record(
            { session_id: anyId, k: fc.oneof(fc.integer({ min: -1, max: 102 }), fc.jsonValue()), exclude_items: fc.oneof(fc.array(anyId), fc.jsonValue()), events: fc.array(likelyEvent), include_viewed: fc.oneof(fc.boolean(), fc.jsonValue()) },
            { requiredKeys: ['session_id'] },
          ),
          fc.jsonValue(),
        ), // prettier-ignore
        async (body) => expectNoFailure(await shop.post('/recommend', body)),
      ),
      { numRuns: 200 },
    ));

  it('any bytes as a body are answered', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) =>
        expectNoFailure(await shop.post('/event', Buffer.from(bytes))),
      ),
      { numRuns: 150 },
    ));

  it('an event that is accepted is read back as it was sent', () =>
    fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 1, maxLength: 50, unit: 'grapheme' }),
        fc.string({ minLength: 1, maxLength: 50, unit: 'grapheme' }),
        async (session_id, item_id) => {
          const { status } = await shop.post('/event', { session_id, item_id, event_type: 'click' });
          if (status === 400) return void expect(session_id + item_id).toMatch(/[\p{Cc}\p{Cs}]/u);
          const { body } = await shop.get(`/session/${encodeURIComponent(session_id)}`);
          if (session_id === '.' || session_id === '..') return; // clients take these for folders
          expect(body.events.at(-1)).toMatchObject({ item_id, event_type: 'click' });
        },
      ),
      { numRuns: 150 },
    ));
});

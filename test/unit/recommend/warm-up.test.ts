import { expect, it, vi } from 'vitest';
import { warmUp } from '../../../src/recommend/warm-up.js';
import { eventTable } from '../../support/event-table.js';
import { recommenderOf } from '../../support/trained-model.js';

it('changes no answer, whatever the number of items, before it ends and after', async () => {
  for (const sessions of [
    [['tea']],
    [
      ['tea', 'pot', ['tea', 'purchase']],
      ['desk', 'lamp'],
    ],
  ] as const) {
    const [cold, warm] = [recommenderOf(eventTable(sessions)), recommenderOf(eventTable(sessions))];
    let calls = 0;
    const counted = Object.create(warm, {
      recommend: {
        value: (...args: Parameters<typeof warm.recommend>) => {
          calls++;
          return warm.recommend(...args);
        },
      },
    }) as typeof warm;
    const goOn = warmUp(counted);
    expect(calls).toBeGreaterThan(0);
    const events = [{ itemId: 'tea', eventType: 'view' as const, timestampMs: 1_750_000_000_000 }];
    const compare = () => {
      for (const session of [null, { sessionId: 's', events, eventCount: 1 }]) {
        const options = { k: 10, includeViewed: true };
        expect(warm.recommend(session, options).recommendations).toEqual(
          cold.recommend(session, options).recommendations,
        );
      }
      expect(warm.popular(10)).toEqual(cold.popular(10));
      expect(warm.similar('tea', 10)).toEqual(cold.similar('tea', 10));
    };
    compare();
    goOn();
    await vi.waitFor(() => expect(calls).toBe(300), { timeout: 60_000 });
    compare();
  }
});

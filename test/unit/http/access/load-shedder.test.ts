import { setImmediate as nextRound } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { LoadShedder } from '../../../../src/http/access/load-shedder.js';

describe('LoadShedder', () => {
  /** Requests of one round of the event loop, each after work of so many milliseconds. */
  async function round(shedder: LoadShedder, clock: { ms: number }, worksMs: number[]): Promise<boolean[]> {
    const refused = worksMs.map((workMs) => {
      clock.ms += workMs;
      return shedder.onArrival();
    });
    await nextRound();
    return refused;
  }

  function shedderOf(maxQueueMs: number) {
    const clock = { ms: 1000 };
    return { clock, shedder: new LoadShedder({ maxQueueMs, maxConcurrent: 2 }, () => clock.ms) };
  }

  it('tolerates one long round: a pause is no overload', async () => {
    const { clock, shedder } = shedderOf(20);
    expect(await round(shedder, clock, [0, 90, 0, 0])).toEqual([false, false, false, false]);
    expect(await round(shedder, clock, [0, 5, 5])).toEqual([false, false, false]);
    expect(await round(shedder, clock, [30, 90, 0])).toEqual([false, false, false]);
  });

  it('refuses those behind the limit once every round was too long for a while', async () => {
    const { clock, shedder } = shedderOf(20);
    await round(shedder, clock, [0, 10, 10, 10, 10]);
    await round(shedder, clock, [0, 50, 50]);
    expect(await round(shedder, clock, [10, 10, 10, 10, 0])).toEqual([false, false, false, true, true]);
    // Still: the next round was too long as well.
    expect(await round(shedder, clock, [0, 21])).toEqual([false, true]);
    // A short round among long ones is not the end of it.
    await round(shedder, clock, [0, 5]);
    expect(await round(shedder, clock, [10, 21])).toEqual([false, true]);
    // Short rounds for as long as it took to begin are.
    for (let ms = 0; ms <= 100; ms += 20) await round(shedder, clock, [10, 10]);
    expect(await round(shedder, clock, [10, 30, 0])).toEqual([false, false, false]);
  });

  it('lets in less of a round while those in hand are answered too late, and all when it is over', async () => {
    const { clock, shedder } = shedderOf(20);
    const leaves = Array.from({ length: 2 }, () => shedder.enter()!);
    for (let rounds = 0; rounds < 3; rounds++) await round(shedder, clock, [0, 50]);
    expect(await round(shedder, clock, [10, 19])).toEqual([false, false]);
    for (const leave of leaves) leave();
    for (let n = 0; n < 100; n++) {
      const leave = shedder.enter()!;
      clock.ms += 30;
      leave();
    }
    await round(shedder, clock, [0, 50]);
    expect(await round(shedder, clock, [10, 19])).toEqual([false, true]);
    // Answers in time let more in again.
    for (let n = 0; n < 400; n++) shedder.enter()!();
    expect(await round(shedder, clock, [10, 19])).toEqual([false, false]);
  });

  it('with 0 refuses nobody', async () => {
    const { clock, shedder } = shedderOf(0);
    for (let i = 0; i < 5; i++) expect(await round(shedder, clock, [0, 500, 500])).not.toContain(true);
  });

  it('counts those in hand, each once', () => {
    const { shedder } = shedderOf(20);
    const [first, second] = [shedder.enter(), shedder.enter()];
    expect(shedder.enter()).toBeNull();
    first!();
    first!();
    expect(shedder.enter()).not.toBeNull();
    expect(shedder.enter()).toBeNull();
    second!();
    expect(shedder.enter()).not.toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { ENOUGH, GroupCommit, paceOf } from '../../../src/sessions/group-commit.js';

/** Commits that note their batches and end when told. */
function recording(maxBatch = 4096, paceMs = 0) {
  const batches: number[][] = [];
  let failNext: unknown = null;
  const commit = async (batch: readonly number[]) => {
    batches.push([...batch]);
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (failNext !== null) {
      const error = failNext;
      failNext = null;
      throw error;
    }
    return batch.map((item) => `done ${item}`);
  };
  const commits = new GroupCommit<number, string>(commit, { maxBatch, paceMs: () => paceMs });
  return { batches, commits, fail: (error: unknown) => (failNext = error) };
}

describe('GroupCommit', () => {
  it('commits what waits together, in order, and answers each caller', async () => {
    const { batches, commits } = recording();
    const answers = await Promise.all([1, 2, 3].map((item) => commits.submit(item)));
    expect(answers).toEqual(['done 1', 'done 2', 'done 3']);
    expect(batches).toEqual([[1, 2, 3]]);
  });

  it('gathers callers that come back as soon as they are answered', async () => {
    const { batches, commits } = recording();
    await Promise.all(
      Array.from({ length: 64 }, async (_, caller) => {
        for (let round = 0; round < 5; round++) await commits.submit(caller);
      }),
    );
    expect(batches.map(({ length }) => length)).toEqual([64, 64, 64, 64, 64]);
  });

  it('makes what arrives during a commit the next batch', async () => {
    const { batches, commits } = recording();
    const first = commits.submit(1);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([first, commits.submit(2), commits.submit(3)]);
    expect(batches).toEqual([[1], [2, 3]]);
  });

  it('never commits more at once than it may', async () => {
    const { batches, commits } = recording(2);
    await Promise.all([1, 2, 3, 4, 5].map((item) => commits.submit(item)));
    expect(batches).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('tells all callers of a batch that failed, and goes on', async () => {
    const { commits, fail } = recording();
    fail('disk full');
    const results = await Promise.allSettled([commits.submit(1), commits.submit(2)]);
    expect(results.map((result) => result.status === 'rejected' && (result.reason as Error).message)).toEqual(
      ['disk full', 'disk full'],
    );
    expect(await commits.submit(3)).toBe('done 3');
  });

  it('waits for company where there is a pace, but not the first after a pause', async () => {
    const { batches, commits } = recording(4096, 3_600_000);
    await commits.submit(1);
    const answers = Promise.all(Array.from({ length: ENOUGH }, (_, i) => commits.submit(i)));
    await answers; // enough of them end the wait
    const left = commits.submit(99);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(batches.map(({ length }) => length)).toEqual([1, ENOUGH]);
    await commits.idle(); // and so does closing
    expect(await left).toBe('done 99');
  });

  it('has a pace only while the thread has little time to spare', () => {
    expect(paceOf({ current: () => 0.1 })()).toBe(0);
    expect(paceOf({ current: () => 0.9 })()).toBeGreaterThan(0);
  });

  it('is idle when everything submitted is settled', async () => {
    const { batches, commits } = recording();
    await commits.idle();
    void commits.submit(1);
    void commits.submit(2);
    await commits.idle();
    expect(batches).toEqual([[1, 2]]);
  });
});

/** Works through a list with so many at a time; the first failure ends it, after what is running. */
export async function inParallel<T>(
  list: readonly T[],
  jobs: number,
  work: (one: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const worker = async () => {
    while (next < list.length && !failed) {
      await work(list[next++]!).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(jobs, list.length) }, worker));
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openBundle } from '../../src/bundle/open-bundle.js';
import { RANKER_FILE } from '../../src/bundle/manifest.js';
import { resolveVersion } from '../../src/bundle/versions.js';
import { openModel } from '../../src/recommend/model.js';
import { SessionQuery } from '../../src/retrieval/session-query.js';

/** What a trained ranker is asked: the features of the candidates of its newest known sessions, each cut somewhere. */
export async function requestsOf(
  artifacts: string,
  count: number,
): Promise<{ modelText: string; requests: { values: Float32Array; rows: number }[] }> {
  const { dir } = await resolveVersion(artifacts, 'latest');
  const { scorer, itemIds } = openModel(await openBundle(dir));
  const { tables, featureSet } = scorer;
  const { items, itemsOffsets } = tables.sessionIndex;
  const sessions = itemsOffsets.length - 1;
  const query = new SessionQuery();
  const requests = Array.from({ length: Math.min(count, sessions) }, (_, i) => {
    const start = itemsOffsets[sessions - 1 - i]!;
    const length = itemsOffsets[sessions - i]! - start;
    const events = Array.from(items.subarray(start, start + 1 + (i % length)), (item, at) => ({
      itemId: tables.items.at(item),
      eventType: 'click' as const,
      timestampMs: tables.lastMs + 1000 * at,
    }));
    const session = { sessionId: `s${i}`, events, eventCount: events.length };
    const { count: rows } = scorer.describe(query.fromSession(session, itemIds));
    return { values: scorer.features.slice(0, rows * featureSet.count), rows };
  });
  return { modelText: await readFile(join(dir, RANKER_FILE), 'utf8'), requests };
}

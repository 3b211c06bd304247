import { type EventTable, sessionCount } from '../../src/data/event-table.js';
import { StringIndex } from '../../src/domain/string-column.js';
import { SessionRecommender } from '../../src/recommend/recommender.js';
import { DEFAULT_RETRIEVAL_SETTINGS } from '../../src/retrieval/settings.js';
import { DEFAULT_TABLE_SETTINGS } from '../../src/tables/settings.js';
import { buildTables } from '../../src/tables/table-set.js';

/** A recommender over hand-written events: real tables, no ranker unless one is given. */
export function recommenderOf(events: EventTable, rankerText: string | null = null): SessionRecommender {
  const sessions = sessionCount(events);
  return new SessionRecommender({
    modelVersion: '20260101-000000',
    trainedAtMs: Date.UTC(2026, 0, 1),
    tables: buildTables(events, {
      sessionsEnd: sessions,
      scaleSessions: sessions,
      settings: DEFAULT_TABLE_SETTINGS,
    }),
    itemIds: StringIndex.of(events.items),
    retrieval: DEFAULT_RETRIEVAL_SETTINGS,
    rankerText,
  });
}

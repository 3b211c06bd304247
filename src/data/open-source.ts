import { describeSource, type SourceSummary } from './describe-source.js';
import { type EventTable } from './event-table.js';
import { type OlistOptions, readOlist } from './olist.js';
import { type EventSourceSpec, readEvents, type ReadOptions } from './read-events.js';
import { type RejectReport } from './reject-log.js';

/** Where the events come from. */
export type SourceOptions =
  | ({ readonly kind: 'olist'; readonly folder: string } & OlistOptions)
  | ({ readonly kind: 'events' } & EventSourceSpec & ReadOptions);

/** A source that has been read. */
export interface LoadedSource {
  readonly events: EventTable;
  readonly rejects: RejectReport;
  readonly summary: SourceSummary;
}

/** Reads a source of any kind. @throws what readOlist and readEvents throw */
export async function openSource(options: SourceOptions): Promise<LoadedSource> {
  const { events, rejects } =
    options.kind === 'olist' ? await readOlist(options.folder, options) : await readEvents(options, options);
  return { events, rejects, summary: describeSource(events) };
}

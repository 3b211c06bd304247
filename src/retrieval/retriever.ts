import { type CandidateSet } from './candidate-set.js';
import { type SessionQuery } from './session-query.js';
import { type SourceName } from './settings.js';

/** Finds candidates for a session over the tables it was made with. */
export interface Retriever {
  readonly name: SourceName;
  /** Adds a score above 0 for every item it finds, through `out.add`; finds nothing rather than fail. */
  retrieve(query: SessionQuery, out: CandidateSet): void;
}

import { type CandidateSet } from './candidate-set.js';
import { type Retriever } from './retriever.js';
import { type SessionQuery } from './session-query.js';

/** The session's own items, the most recent first: `score = 1 / (1 + lag)`. */
export class RevisitRetriever implements Retriever {
  readonly name = 'revisit';

  retrieve(query: SessionQuery, out: CandidateSet): void {
    for (let d = 0; d < query.distinctCount; d++) {
      out.add(query.distinctItems[d]!, 1 / (1 + query.lags[d]!));
    }
  }
}

import { type Recommendation } from '../recommend/contract.js';

/** A recommendation with the API's field names. */
export function toAnswer({ itemId, score, reason, rank, reasonItemId }: Recommendation) {
  return {
    item_id: itemId,
    score,
    reason,
    rank,
    ...(reasonItemId === undefined ? {} : { reason_item_id: reasonItemId }),
  };
}

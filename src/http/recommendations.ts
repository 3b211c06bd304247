import { type Recommendation } from '../recommend/contract.js';

/** An item of a list, with the API's field names. */
export function listedItem({ itemId, score, reason, rank }: Recommendation) {
  return { item_id: itemId, score, reason, rank };
}

/** An item recommended to a session, with the API's field names. */
export function recommendedItem({ itemId, score, reason, rank, reasonItemId }: Recommendation) {
  // Two literals: objects put together from parts have as many hidden classes, and reading them for the answer took 4 % of
  // all processor time under load.
  return reasonItemId === undefined
    ? { item_id: itemId, score, reason, rank }
    : { item_id: itemId, score, reason, rank, reason_item_id: reasonItemId };
}

import { type Recommendation } from '../recommend/contract.js';

/** An item of a list, with the API's field names. */
export function listedItem({ itemId, score, reason, rank }: Recommendation) {
  return { item_id: itemId, score, reason, rank };
}

/** An item recommended to a session, with the API's field names. */
export function recommendedItem(recommendation: Recommendation) {
  const { reasonItemId } = recommendation;
  return {
    ...listedItem(recommendation),
    ...(reasonItemId === undefined ? {} : { reason_item_id: reasonItemId }),
  };
}

import Table from 'cli-table3';
import { type Recommendation } from '../recommend/contract.js';

/** An answer as a table for people. */
export function renderRecommendations(recommendations: readonly Recommendation[]): string {
  const table = new Table({ head: ['rank', 'item', 'score', 'why'], style: { head: [], border: [] } });
  for (const { rank, itemId, score, reason, reasonItemId } of recommendations) {
    table.push([
      rank,
      itemId,
      score.toFixed(3),
      reasonItemId === undefined ? reason : `${reason} ${reasonItemId}`,
    ]);
  }
  return table.toString();
}

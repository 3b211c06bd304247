// Recommend inside your own process, without a server: open a trained model and ask it.
//
//   npx nextitem train --simulate        once: trains a model into artifacts/
//   node examples/library-recommend.mjs [folder of models]
import { openRecommender } from 'nextitem';

const recommender = await openRecommender(process.argv[2] ?? 'artifacts');
console.log(`model ${recommender.modelVersion} knows ${recommender.itemsCount} items`);

// Two items to play with: what is popular, and what goes with it.
const [popular] = recommender.popular(1);
const [companion] = recommender.similar(popular.itemId, 1);

const now = Date.now();
const session = {
  sessionId: 'a-visit',
  eventCount: 2,
  events: [
    { itemId: popular.itemId, eventType: 'view', timestampMs: now - 30_000 },
    { itemId: companion.itemId, eventType: 'add_to_cart', timestampMs: now },
  ],
};
console.log(`after a look at ${popular.itemId}, and ${companion.itemId} put into the cart:`);
const { recommendations } = recommender.recommend(session, { k: 5, includeViewed: false });
for (const { rank, itemId, score, reason, reasonItemId } of recommendations) {
  console.log(`${rank}. ${itemId}  ${score.toFixed(3)}  ${reason}${reasonItemId ? ` ${reasonItemId}` : ''}`);
}

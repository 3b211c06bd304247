// Measure a recommender of your own with the same yardstick, beside a trivial one.
//
//   node examples/evaluate-own-recommender.mjs
import { evaluateRecommendations, simulateEventTable } from 'nextitem';

// Sessions as lists of item ids; sessions of an event table stand in the order of time.
const { events } = simulateEventTable({ items: 300, events: 12_000 });
const sessions = Array.from({ length: events.sessionIds.length }, (_, s) =>
  Array.from(events.itemIndex.subarray(events.sessionOffsets[s], events.sessionOffsets[s + 1]), (item) =>
    events.items.at(item),
  ),
);
const cut = Math.floor(sessions.length * 0.9);
const past = sessions.slice(0, cut);
const future = sessions.slice(cut);

// Learn from the past: how often each item is taken, and what follows what.
const taken = new Map();
const followers = new Map();
for (const session of past) {
  session.forEach((item, i) => {
    taken.set(item, (taken.get(item) ?? 0) + 1);
    if (i === 0) return;
    const next = followers.get(session[i - 1]) ?? new Map();
    next.set(item, (next.get(item) ?? 0) + 1);
    followers.set(session[i - 1], next);
  });
}
const best = (counts) => [...counts].sort((a, b) => b[1] - a[1]).map(([item]) => item);
const popular = best(taken);

// A recommender is a function: what is known of a session, how many items, and back come item ids.
const recommenders = {
  popular: (_session, k) => popular.slice(0, k),
  'what follows': (session, k) => {
    const following = best(followers.get(session.events.at(-1).itemId) ?? []);
    return [...new Set([...following, ...popular])].slice(0, k);
  },
};

for (const [name, recommender] of Object.entries(recommenders)) {
  const { prefixes, hitRate, mrr, catalogueCoverage } = await evaluateRecommendations(future, recommender, {
    k: 20,
    catalogueSize: events.items.length,
  });
  console.log(
    `${name}: HR@20 ${hitRate.mean.toFixed(3)} (${hitRate.low.toFixed(3)} to ${hitRate.high.toFixed(3)}), ` +
      `MRR@20 ${mrr.mean.toFixed(3)}, ${(100 * catalogueCoverage).toFixed(0)}% of the catalogue shown, ${prefixes} questions`,
  );
}

// Talk to a running server with nothing but fetch.
//
//   npm start                            in another terminal
//   node examples/http-client.mjs [address]
//
// A server with API keys wants one with the scopes ingest, read and admin (the last to erase): NEXTITEM_API_KEY=...
const address = process.argv[2] ?? 'http://localhost:8000';
const key = process.env.NEXTITEM_API_KEY;

async function call(method, path, body) {
  const response = await fetch(address + path, {
    method,
    headers: {
      ...(key && { authorization: `Bearer ${key}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  // Every error says what was wrong, where, and what to do about it.
  throw new Error(`${answer.code}: ${answer.detail}. ${answer.fix}`);
}

const session = `visit-${Date.now()}`;
const { recommendations } = await call('GET', '/popular?k=2');
for (const [i, { item_id }] of recommendations.entries()) {
  const { event_count } = await call('POST', '/event', {
    session_id: session,
    item_id,
    event_type: 'view',
    event_id: `${session}-${i}`, // if no answer comes, send it again: it counts once
  });
  console.log(`viewed ${item_id}, event ${event_count} of the session`);
}

const answer = await call('POST', '/recommend', { session_id: session, k: 5 });
console.log(`model ${answer.model_version} answered in ${answer.latency_ms} ms:`);
for (const { rank, item_id, reason, reason_item_id } of answer.recommendations) {
  console.log(`${rank}. ${item_id}  ${reason}${reason_item_id ? ` ${reason_item_id}` : ''}`);
}

// A click that came from the answer, for later training.
await call('POST', '/event', {
  session_id: session,
  item_id: answer.recommendations[0].item_id,
  event_type: 'click',
  recommendation_id: answer.recommendation_id,
});

await call('POST', '/event', { session_id: session, item_id: '', event_type: 'view' }).catch((error) =>
  console.log(`a mistake is answered with: ${error.message}`),
);

const { sessions } = await call('DELETE', `/session/${session}`);
console.log(`erased ${sessions} session`);

import { api, useLoaded } from '../api.js';
import { itemsOf } from './items.js';
import { type Visit } from './visit.js';

const SHOWN = 12;
const DID: Record<string, string> = {
  view: 'looked at',
  click: 'took a closer look at',
  add_to_cart: 'put into the cart',
  purchase: 'bought',
};

/** The session as the system sees it: what is stored, and how the last answer came about. */
export function SessionPanel({ visit }: { visit: Visit }) {
  const { sessionId, turn, did } = visit;
  const seen = useLoaded(async () => {
    const answer = await api.recommend({ session_id: sessionId, k: 20 });
    // What is stored is for admins; where the server does not tell, this browser's own list is shown.
    const stored = did.length === 0 ? null : await api.session(sessionId).catch(() => null);
    const events =
      stored?.events.map(({ item_id, event_type }) => ({ item: item_id, type: event_type })) ?? did;
    const items = await itemsOf(events.map(({ item }) => item));
    const reasons = new Map<string, number>();
    for (const { reason } of answer.recommendations) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    return {
      answer,
      isStored: stored !== null,
      events: events.map(({ type }, i) => ({ type, name: items[i]!.name })),
      reasons: [...reasons].sort((a, b) => b[1] - a[1]),
    };
  }, [sessionId, turn]);
  const value = seen.value;
  return (
    <aside class="panel" aria-labelledby="seen">
      <h2 id="seen">What the system sees</h2>
      <p class="quiet">
        Session <code>{sessionId}</code>
      </p>
      {value === null || value.events.length === 0 ? (
        <p>Nothing yet: a shopper without a history.</p>
      ) : (
        <>
          {value.events.length > SHOWN && <p class="quiet">… and {value.events.length - SHOWN} before</p>}
          <ol class="events" start={Math.max(1, value.events.length - SHOWN + 1)}>
            {value.events.slice(-SHOWN).map(({ type, name }, i) => (
              <li key={i} class={type}>
                <span>{DID[type] ?? type}</span> {name}
              </li>
            ))}
          </ol>
          {!value.isStored && (
            <p class="quiet">From this browser: the server shows stored sessions to admins only.</p>
          )}
        </>
      )}
      {value !== null && (
        <>
          <h3>The answer</h3>
          <p>
            <strong>{value.answer.latency_ms.toFixed(1)} ms</strong> on the server, model{' '}
            <code>{value.answer.model_version}</code>
            {value.answer.degraded === true &&
              ` · degraded: ${(value.answer.degraded_reasons ?? []).join(', ')}`}
          </p>
          <ul class="reasons">
            {value.reasons.map(([reason, count]) => (
              <li key={reason}>
                <span>{reason.replaceAll('_', ' ')}</span>
                <meter min={0} max={20} value={count} aria-label={reason.replaceAll('_', ' ')}>
                  {count}
                </meter>
                <span>{count}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <p class="actions">
        <button class="button plain" onClick={visit.startAfresh}>
          Be somebody new
        </button>
        <a class="button plain" href={`/console#/session/${encodeURIComponent(sessionId)}`}>
          Ask why
        </a>
      </p>
    </aside>
  );
}

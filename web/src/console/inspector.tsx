import { useState } from 'preact/hooks';
import { type paths } from '../../../src/client/index.js';
import { api, useLoaded } from '../api.js';
import { itemsOf, reasonText, type Item } from '../store/items.js';
import { SESSION_KEY } from '../store/visit.js';
import { Announce, linkTo, Skeleton, TroubleNote } from '../ui.js';
import { number, SignedBars } from './charts.js';

type Answer = paths['/inspect']['post']['responses']['200']['content']['application/json'];
type Side = Answer['base'];
type Candidate = Side['candidates'][number];

const CANDIDATES = 100;
const BARS = 15;
const SHOWN = 10;

/** Any session: what happened, what was found for it by whom, why it is in this order, and what another past would have done. */
export function Inspector({ sessionId }: { sessionId: string }) {
  const own = localStorage.getItem(SESSION_KEY);
  return (
    <>
      <h1>Why these items?</h1>
      <form
        class="search"
        onSubmit={(event) => {
          event.preventDefault();
          location.hash = linkTo('session', String(new FormData(event.currentTarget).get('id')).trim());
        }}
      >
        <input
          name="id"
          aria-label="Session id"
          placeholder="Session id"
          defaultValue={sessionId}
          required
          maxLength={256}
        />
        <button class="button">Look</button>
      </form>
      {own !== null && own !== sessionId && (
        <p class="quiet">
          Or <a href={linkTo('session', own)}>the one in this browser’s shop</a>.
        </p>
      )}
      {sessionId !== '' && <Session sessionId={sessionId} />}
    </>
  );
}

function Session({ sessionId }: { sessionId: string }) {
  const [without, setWithout] = useState<readonly number[]>([]);
  const [chosen, setChosen] = useState<string | null>(null);
  const found = useLoaded(async () => {
    const answer = await api.inspect({
      session_id: sessionId,
      k: SHOWN,
      candidates: CANDIDATES,
      ...(without.length === 0 ? {} : { without: [...without] }),
    });
    const sides = [answer.base, answer.changed].filter((side) => side !== undefined);
    const ids = sides.flatMap((side) => [
      ...side.candidates.map((each) => each.item_id),
      ...side.events.map((each) => each.item_id),
      ...side.recommendations.map((each) => each.item_id),
    ]);
    const items = new Map((await itemsOf(ids)).map((item) => [item.item_id, item]));
    return { answer, items };
  }, [sessionId, without.join()]);
  const value = found.value;
  if (value === null)
    return (
      <div class="wide">
        <TroubleNote of={found} what="The session" />
        {found.trouble === null && <Skeleton rows={4} />}
      </div>
    );
  const { answer, items } = value;
  const side = answer.changed ?? answer.base;
  const candidate = side.candidates.find(({ item_id }) => item_id === chosen) ?? side.candidates[0];
  const toggle = (place: number) =>
    setWithout(
      without.includes(place)
        ? without.filter((p) => p !== place)
        : [...without, place].sort((a, b) => a - b),
    );
  return (
    <>
      <TroubleNote of={found} what="The session" />
      <div class="split">
        <section class="sheet" aria-labelledby="past">
          <h2 id="past">What happened</h2>
          <p class="quiet">
            Take an event out to see what would be recommended without it. Nothing is stored.
          </p>
          <fieldset>
            <legend class="unseen">Events that count</legend>
            <ol class="timeline">
              {answer.base.events.map(({ item_id, event_type, timestamp }, place) => (
                <li key={place}>
                  <label>
                    <input
                      type="checkbox"
                      checked={!without.includes(place)}
                      onChange={() => toggle(place)}
                    />
                    <span class={without.includes(place) ? 'gone' : ''}>
                      <span class="quiet">
                        {new Date(timestamp).toLocaleTimeString()} {event_type.replaceAll('_', ' ')}
                      </span>{' '}
                      {items.get(item_id)?.name ?? item_id}
                    </span>
                  </label>
                </li>
              ))}
            </ol>
          </fieldset>
        </section>
        <Recommended answer={answer} items={items} />
      </div>
      <div class="split">
        <Candidates side={side} items={items} chosen={candidate?.item_id ?? ''} onChoose={setChosen} />
        {candidate !== undefined && <Why answer={answer} side={side} candidate={candidate} items={items} />}
      </div>
      <Announce>{without.length === 0 ? '' : `Without ${without.length} of the events`}</Announce>
    </>
  );
}

function Recommended({ answer, items }: { answer: Answer; items: ReadonlyMap<string, Item> }) {
  const side = answer.changed ?? answer.base;
  const before = new Map((answer.moves ?? []).map((move) => [move.item_id, move.before]));
  const gone = (answer.moves ?? []).filter((move) => move.after === undefined).length;
  return (
    <section class="sheet" aria-labelledby="recommended">
      <h2 id="recommended">{answer.changed === undefined ? 'Recommended' : 'Recommended without them'}</h2>
      <ol>
        {side.recommendations.map(({ item_id, reason, reason_item_id, rank }) => {
          const was = before.get(item_id);
          return (
            <li key={item_id}>
              {items.get(item_id)?.name ?? item_id}{' '}
              {answer.changed !== undefined &&
                (was === undefined ? (
                  <span class="up">new</span>
                ) : was === rank ? null : (
                  <span class={was > rank ? 'up' : 'down'}>
                    {was > rank ? '▲' : '▼'} was {was}
                  </span>
                ))}
              <br />
              <span class="quiet">{reasonText(reason, items.get(reason_item_id ?? '') ?? null)}</span>
            </li>
          );
        })}
      </ol>
      {gone > 0 && (
        <p class="quiet">
          {gone} of the first {SHOWN} would not be there.
        </p>
      )}
    </section>
  );
}

function Candidates({
  side,
  items,
  chosen,
  onChoose,
}: {
  side: Side;
  items: ReadonlyMap<string, Item>;
  chosen: string;
  onChoose: (itemId: string) => void;
}) {
  return (
    <section class="sheet" aria-labelledby="candidates">
      <h2 id="candidates">Candidates</h2>
      <p class="quiet">
        {side.candidate_count} were found; the best {side.candidates.length} are here. Those without a rank
        must not be shown, or found no room.
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Table of candidates">
        <table>
          <thead>
            <tr>
              <th class="number">Place</th>
              <th>Item</th>
              <th>Found by, at rank</th>
              <th class="number">Score</th>
            </tr>
          </thead>
          <tbody>
            {side.candidates.map((each) => (
              <tr key={each.item_id} class={each.item_id === chosen ? 'chosen' : ''}>
                <td class="number">
                  {each.position}
                  {each.rank === undefined && <span class="quiet"> ·</span>}
                </td>
                <td>
                  <button
                    class="linklike"
                    aria-pressed={each.item_id === chosen}
                    onClick={() => onChoose(each.item_id)}
                  >
                    {items.get(each.item_id)?.name ?? each.item_id}
                  </button>
                </td>
                <td>
                  {each.sources
                    .filter(({ rank }) => rank !== undefined)
                    .sort((a, b) => a.rank! - b.rank!)
                    .slice(0, 5)
                    .map(({ source, rank }) => (
                      <span key={source} class="tag">
                        {source.replaceAll('_', ' ')} {rank}
                      </span>
                    ))}
                </td>
                <td class="number">{number(each.score)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Why({
  answer,
  side,
  candidate,
  items,
}: {
  answer: Answer;
  side: Side;
  candidate: Candidate;
  items: ReadonlyMap<string, Item>;
}) {
  const { contributions, values, score } = candidate;
  const order = contributions
    .map((_, i) => i)
    .sort((a, b) => Math.abs(contributions[b]!) - Math.abs(contributions[a]!));
  const shown = order.slice(0, BARS);
  const rest = order.slice(BARS).reduce((sum, i) => sum + contributions[i]!, 0);
  const total = contributions.reduce((sum, value) => sum + value, side.expected_score ?? 0);
  return (
    <section class="sheet" aria-labelledby="why">
      <h2 id="why">{items.get(candidate.item_id)?.name ?? candidate.item_id}</h2>
      {side.expected_score === undefined ? (
        <p>This model has no ranker: the score is the item-to-item score.</p>
      ) : (
        <>
          <p>
            Score <strong data-score={score}>{number(score, 6)}</strong> = {number(side.expected_score, 6)} on
            average
            {' + '}
            <span data-contributions={total - side.expected_score}>
              {number(total - side.expected_score, 6)}
            </span>{' '}
            by what the ranker saw:
          </p>
          <SignedBars
            rows={[
              ...shown.map((i) => ({
                label: `${answer.features[i]!.name} = ${values[i] === null ? 'unknown' : number(values[i]!)}`,
                value: contributions[i]!,
                note: answer.features[i]!.meaning,
              })),
              ...(order.length > BARS
                ? [{ label: `${order.length - BARS} others together`, value: rest }]
                : []),
            ]}
          />
        </>
      )}
    </section>
  );
}

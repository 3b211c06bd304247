import { useState } from 'preact/hooks';
import { type paths } from '../../../src/client/index.js';
import { api, useLoaded } from '../api.js';
import { itemsOf } from '../store/items.js';
import { SESSION_KEY } from '../store/visit.js';
import { linkTo, Skeleton, TroubleNote } from '../ui.js';
import { Bars, Line, number } from './charts.js';

type Summary = paths['/models']['get']['responses']['200']['content']['application/json']['models'][number];
type Metrics = NonNullable<Summary['metrics']>;

const HEADLINE = ['HR@20', 'MRR@20', 'NDCG@20'] as const;
const IMPORTANCES = 20;

/** The models there are; one of them closely; two side by side. */
export function Models({ chosen: [first, second] }: { chosen: readonly string[] }) {
  const models = useLoaded(() => api.models(), []);
  if (models.value === null)
    return (
      <>
        <h1>Models</h1>
        <TroubleNote of={models} what="The list of models" />
        {models.trouble === null && <Skeleton rows={3} />}
      </>
    );
  const list = models.value.models;
  return (
    <>
      <h1>Models</h1>
      <div class="sheet scroll" tabIndex={0} role="region" aria-label="Models">
        <table>
          <thead>
            <tr>
              <th>Version</th>
              <th>Trained</th>
              <th class="number">Items</th>
              <th class="number">Events</th>
              <th class="number">Size</th>
              {HEADLINE.map((name) => (
                <th key={name} class="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {list.map((model) => (
              <tr key={model.model_version} class={model.model_version === first ? 'chosen' : ''}>
                <td>
                  <a href={linkTo('models', model.model_version)}>{model.model_version}</a>{' '}
                  {model.served && <span class="tag">in service</span>}
                  {model.problem !== undefined && <p class="down">{model.problem}</p>}
                </td>
                <td>{model.trained_at === undefined ? '' : new Date(model.trained_at).toLocaleString()}</td>
                <td class="number">{model.counts?.items?.toLocaleString()}</td>
                <td class="number">{model.counts?.events?.toLocaleString()}</td>
                <td class="number">
                  {model.bytes === undefined ? '' : `${number(model.bytes / 2 ** 20, 3)} MiB`}
                </td>
                {HEADLINE.map((name) => (
                  <td key={name} class="number">
                    <Metric metrics={model.metrics} name={name} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {list.length === 0 && (
        <p>
          There is none in the folder. Train one: <code>npx nextitem train</code>
        </p>
      )}
      {first !== undefined && second === undefined && <Detail version={first} others={list} />}
      {first !== undefined && second !== undefined && (
        <Comparison base={first} other={second} models={list} />
      )}
    </>
  );
}

function Metric({ metrics, name }: { metrics: Metrics | undefined; name: string }) {
  const found = metrics?.[name];
  if (found === undefined) return <span class="quiet">–</span>;
  const percent = (value: number) => number(100 * value, 4);
  return (
    <>
      {percent(found.mean)} %
      <br />
      <span class="quiet">
        {percent(found.low)} to {percent(found.high)}
      </span>
    </>
  );
}

function Detail({ version, others }: { version: string; others: readonly Summary[] }) {
  const found = useLoaded(() => api.model(version), [version]);
  const model = found.value;

  if (model === null)
    return (
      <>
        <TroubleNote of={found} what="The model" />
        {found.trouble === null && <Skeleton rows={3} />}
      </>
    );
  const own = model.model_version;
  const rest = others.filter((other) => other.model_version !== own && other.problem === undefined);
  const curve = model.learning_curve;
  const metric = Object.keys(curve?.points[0]?.metrics ?? {})[0];
  return (
    <>
      <h2>{own}</h2>
      {rest.length > 0 && (
        <p>
          Compare with{' '}
          {rest.slice(0, 5).map((other) => (
            <a key={other.model_version} class="chip" href={linkTo('models', own, other.model_version)}>
              {other.model_version}
            </a>
          ))}
        </p>
      )}
      <div class="split">
        <section class="sheet">
          <h3>Metrics of the evaluation in training</h3>
          {model.metrics === undefined ? (
            <p>It was trained without an evaluation.</p>
          ) : (
            <table>
              <thead>
                <tr>
                  <th>Metric</th>
                  <th class="number">Mean, and 95 % interval</th>
                </tr>
              </thead>
              <tbody>
                {Object.keys(model.metrics).map((name) => (
                  <tr key={name}>
                    <td>{name}</td>
                    <td class="number">
                      <Metric metrics={model.metrics} name={name} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          {curve !== undefined && metric !== undefined && (
            <>
              <h3>Learning curve: {metric} by tree</h3>
              <Line
                label={`${metric} by tree`}
                values={curve.points.map((point) => point.metrics[metric] ?? 0)}
                kept={curve.best_iteration - 1}
              />
              <p class="quiet">{curve.best_iteration} trees were kept.</p>
            </>
          )}
        </section>
        <section class="sheet">
          <h3>What the ranker looks at, by gain</h3>
          {model.importances.length === 0 ? (
            <p>It has no ranker.</p>
          ) : (
            <Bars
              rows={[...model.importances]
                .sort((a, b) => b.gain - a.gain)
                .slice(0, IMPORTANCES)
                .map(({ feature, gain, meaning }) => ({ label: feature, value: gain, note: meaning }))}
            />
          )}
        </section>
      </div>
      <details class="sheet">
        <summary>Data and settings</summary>
        <pre class="scroll" tabIndex={0}>
          {JSON.stringify({ source: model.source, settings: model.settings }, null, 2)}
        </pre>
      </details>
    </>
  );
}

function Comparison({ base, other, models }: { base: string; other: string; models: readonly Summary[] }) {
  const [sessionId, setSessionId] = useState('');
  const own = localStorage.getItem(SESSION_KEY);
  const found = useLoaded(async () => {
    const answer = await api.compareModels({
      base,
      other,
      k: 10,
      ...(sessionId === '' ? {} : { sessions: [{ session_id: sessionId }] }),
    });
    const items = await itemsOf(
      answer.sessions.flatMap((each) => [
        ...each.items,
        ...each.base.map((r) => r.item_id),
        ...each.other.map((r) => r.item_id),
      ]),
    );
    return { answer, names: new Map(items.map((item) => [item.item_id, item.name])) };
  }, [base, other, sessionId]);
  const metricsOf = (version: string) => models.find((model) => model.model_version === version)?.metrics;
  const [ours, theirs] = [metricsOf(base), metricsOf(other)];
  // The metrics of a model are those of its first task, and so are these.
  const differences = found.value?.answer.differences ?? [];
  const differenceIn = (metric: string) =>
    differences.find((each) => each.task === differences[0]!.task && each.metric === metric);
  const name = (itemId: string) => found.value?.names.get(itemId) ?? itemId;
  return (
    <>
      <h2>
        {base} and {other}
      </h2>
      <div class="sheet scroll" tabIndex={0} role="region" aria-label="Metrics of both">
        <table>
          <thead>
            <tr>
              <th>Metric</th>
              <th class="number">{base}</th>
              <th class="number">{other}</th>
              <th>Real?</th>
            </tr>
          </thead>
          <tbody>
            {HEADLINE.map((metric) => (
              <tr key={metric}>
                <td>{metric}</td>
                <td class="number">
                  <Metric metrics={ours} name={metric} />
                </td>
                <td class="number">
                  <Metric metrics={theirs} name={metric} />
                </td>
                <td>{verdict(ours?.[metric], theirs?.[metric], differenceIn(metric))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <h3>The same sessions, answered by both</h3>
      <form
        class="search"
        onSubmit={(event) => {
          event.preventDefault();
          setSessionId(String(new FormData(event.currentTarget).get('id')).trim());
        }}
      >
        <input
          name="id"
          aria-label="Session id"
          placeholder="Session id; none: the most popular items"
          defaultValue={own ?? ''}
          maxLength={256}
        />
        <button class="button plain">Compare</button>
      </form>
      <TroubleNote of={found} what="The comparison" />
      {found.value === null && found.trouble === null && <Skeleton rows={3} />}
      {found.value !== null && (
        <>
          <p>
            On average {number(100 * found.value.answer.mean_overlap, 3)} % of the items are in both answers.
          </p>
          {found.value.answer.sessions.map((session) => (
            <section key={session.session_id} class="sheet">
              <h3>{session.items.map(name).join(' → ') || 'An empty session'}</h3>
              <div class="split">
                {[session.base, session.other].map((list, side) => (
                  <ol key={side} aria-label={side === 0 ? base : other}>
                    {list.map(({ item_id }) => (
                      <li key={item_id}>{name(item_id)}</li>
                    ))}
                  </ol>
                ))}
              </div>
            </section>
          ))}
        </>
      )}
    </>
  );
}

/**
 * Of the same questions the difference session by session decides. Else intervals that do not touch are a difference; those that
 * do are none that these figures show.
 */
function verdict(
  ours: Metrics[string] | undefined,
  theirs: Metrics[string] | undefined,
  paired: { readonly difference: number; readonly low: number; readonly high: number } | undefined,
): string {
  if (ours === undefined || theirs === undefined) return 'one was not evaluated';
  if (paired !== undefined) {
    const { difference, low, high } = paired;
    const by = `${signed(difference)} (${signed(low)} to ${signed(high)}), session by session`;
    if (low > 0) return `the second is better: ${by}`;
    return high < 0 ? `the first is better: ${by}` : `no difference shown: ${by}`;
  }
  if (ours.low > theirs.high) return 'the first is better';
  if (theirs.low > ours.high) return 'the second is better';
  return 'intervals overlap: not shown by this';
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${(100 * Math.abs(value)).toFixed(2)}`;
}

import { useEffect, useState } from 'preact/hooks';
import { storedKey, type Loaded } from '../api.js';
import { TroubleNote } from '../ui.js';
import { Bars, Line, number } from './charts.js';

/** As GET /live sends it. */
interface Snapshot {
  readonly requests_per_second: number;
  readonly routes: readonly {
    route: string;
    per_second: number;
    errors_per_second: number;
    p50: number | null;
    p95: number | null;
    p99: number | null;
  }[];
  readonly stages: readonly { stage: string; mean: number; p99: number | null }[];
  readonly reasons: Readonly<Record<string, number>>;
  readonly degraded: Readonly<Record<string, number>>;
  readonly events: Readonly<Record<string, number>>;
  readonly refused_per_second: number;
  readonly active_sessions: number;
  readonly coverage: number;
  readonly memory_mib: number;
  readonly event_loop_lag_ms: number;
  readonly model_version: string;
}

const REMEMBERED = 120;
const RETRY_MS = 2000;

/** Follows the stream, and comes back to it when it breaks. EventSource could not send a key. */
function useLive(): Loaded<readonly Snapshot[]> {
  const [history, setHistory] = useState<readonly Snapshot[]>([]);
  const [trouble, setTrouble] = useState<Loaded<unknown>['trouble']>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const leave = new AbortController();
    let timer = 0;
    const follow = async () => {
      const key = storedKey();
      const response = await fetch('/live', {
        signal: leave.signal,
        headers: key === '' ? {} : { authorization: `Bearer ${key}` },
      });
      if (response.status === 401 || response.status === 403) {
        setTrouble({ kind: 'key', text: ((await response.json()) as { title: string }).title });
        return;
      }
      if (!response.ok || response.body === null) throw new Error(`the server answered ${response.status}`);
      setTrouble(null);
      let text = '';
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) throw new Error('the stream ended');
        text += value;
        const parts = text.split('\n\n');
        text = parts.pop()!;
        for (const part of parts)
          if (part.startsWith('data: ')) {
            const snapshot = JSON.parse(part.slice('data: '.length)) as Snapshot;
            setHistory((before) => [...before, snapshot].slice(-REMEMBERED));
          }
      }
    };
    follow().catch(() => {
      if (leave.signal.aborted) return;
      setTrouble({ kind: 'away', text: 'The server does not answer just now. Trying again …' });
      timer = window.setTimeout(() => setTurn((n) => n + 1), RETRY_MS);
    });
    return () => {
      leave.abort();
      window.clearTimeout(timer);
    };
  }, [turn]);
  return { value: history, trouble, loading: false, reload: () => setTurn((n) => n + 1) };
}

/** What happens just now, once a second. */
export function Live() {
  const live = useLive();
  const history = live.value ?? [];
  const now = history.at(-1);
  const recommend = (snapshot: Snapshot) => snapshot.routes.find(({ route }) => route === '/recommend');
  const share = (rates: Readonly<Record<string, number>>) => {
    const all = Object.values(rates).reduce((sum, value) => sum + value, 0);
    return Object.entries(rates)
      .sort((a, b) => b[1] - a[1])
      .map(([label, value]) => ({ label: label.replaceAll('_', ' '), value: (100 * value) / all }));
  };
  return (
    <>
      <h1>Live</h1>
      <TroubleNote of={live} what="What happens now" />
      {now === undefined ? (
        live.trouble === null && <p>Listening …</p>
      ) : (
        <>
          <dl class="cards">
            <Card label="Requests a second" value={number(now.requests_per_second)} />
            <Card
              label="/recommend p50, p99"
              value={`${ms(recommend(now)?.p50)} · ${ms(recommend(now)?.p99)}`}
            />
            <Card label="Sessions of the last half hour" value={now.active_sessions.toLocaleString()} />
            <Card label="Catalogue shown so far" value={`${number(100 * now.coverage, 3)} %`} />
            <Card label="Refused a second" value={number(now.refused_per_second)} />
            <Card label="Memory" value={`${now.memory_mib.toLocaleString()} MiB`} />
            <Card label="Event loop lag, p99" value={`${number(now.event_loop_lag_ms, 3)} ms`} />
            <Card label="Model" value={now.model_version} />
          </dl>
          <div class="split">
            <section class="sheet">
              <h2>Requests a second, last two minutes</h2>
              <Line label="Requests a second" values={history.map((each) => each.requests_per_second)} />
              <h2>p99 of /recommend, ms</h2>
              <Line
                label="p99 of /recommend"
                unit=" ms"
                values={history.map((each) => recommend(each)?.p99 ?? 0)}
              />
            </section>
            <section class="sheet">
              <h2>Routes</h2>
              <div class="scroll" tabIndex={0} role="region" aria-label="Routes">
                <table>
                  <thead>
                    <tr>
                      <th>Route</th>
                      <th class="number">a second</th>
                      <th class="number">5xx</th>
                      <th class="number">p50</th>
                      <th class="number">p95</th>
                      <th class="number">p99</th>
                    </tr>
                  </thead>
                  <tbody>
                    {now.routes.map((route) => (
                      <tr key={route.route}>
                        <td>{route.route}</td>
                        <td class="number">{number(route.per_second)}</td>
                        <td class="number">{number(route.errors_per_second)}</td>
                        <td class="number">{ms(route.p50)}</td>
                        <td class="number">{ms(route.p95)}</td>
                        <td class="number">{ms(route.p99)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              <h2>Stages, mean</h2>
              <Bars
                unit=" ms"
                rows={now.stages.map(({ stage, mean }) => ({
                  label: stage.replaceAll('_', ' '),
                  value: mean,
                }))}
              />
            </section>
            <section class="sheet">
              <h2>Why items were shown</h2>
              <Bars unit=" %" rows={share(now.reasons)} />
              {Object.keys(now.reasons).length === 0 && (
                <p class="quiet">Nothing was recommended in the last second.</p>
              )}
            </section>
            <section class="sheet">
              <h2>Events and degraded answers, a second</h2>
              <Bars
                rows={[...Object.entries(now.events), ...Object.entries(now.degraded)].map(
                  ([label, value]) => ({ label: label.replaceAll('_', ' '), value }),
                )}
              />
              {Object.keys(now.degraded).length === 0 && (
                <p class="quiet">No answer had to do without something.</p>
              )}
            </section>
          </div>
        </>
      )}
    </>
  );
}

function Card({ label, value }: { label: string; value: string }) {
  return (
    <div class="card">
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function ms(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : `${number(value, 3)} ms`;
}

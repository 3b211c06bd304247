/**
 * The snippet for a shop's own pages, served as /nextitem.js. It is one script without imports, and small: a shop's pages wait
 * for nothing of it. docs/snippet.md says what each command does.
 *
 * An event stays in this browser until the server has it, under a name of its own, so that tabs do not get in each other's
 * way. Sent twice it counts once, by its id. Requests are such that a browser asks no permission beforehand.
 */

type Consent = boolean | undefined;
type Callback = (value: never) => void;
interface Calls {
  calls?: [command: string, ...rest: never[]][];
}
interface PageEvent {
  readonly event_id: string;
  readonly session_id: string;
  readonly item_id: string;
  readonly event_type: string;
  /** When it happened by this browser's clock; the server is told how long ago that is. */
  readonly at: number;
}

(() => {
  const page = window as unknown as { nextitem?: Calls };
  const { src, dataset } = document.currentScript as HTMLScriptElement;
  const url = new URL('.', src).href;
  const { key } = dataset;

  const NAME = 'nextitem.';
  const SESSION = `${NAME}session`;
  const EVENT = `${NAME}event.`;
  const IDLE_MS = 6e4 * (Number(dataset.idleMinutes) || 30);
  const MAX_AGE_MS = 864e5; // a day
  const MAX_EVENTS = 200;
  /** A browser lets 64 KiB of such requests be under way. */
  const MAX_BODY = 3e4; // characters

  let consent: Consent | (() => Consent | PromiseLike<Consent>) = dataset.consent ? undefined : true;
  /** Told before it was known whether they may be. */
  let held: (() => void)[] = [];
  /** Not yet acknowledged, by id. */
  const events = new Map<string, PageEvent>();
  /** The session's id and when it was last used, as it is stored. */
  let session = '';
  let sending: Promise<void> | undefined;
  let underWay: PageEvent[] = [];
  let failures = 0;
  let pause: ReturnType<typeof setTimeout> | undefined;

  // The page's own developer is told; a shopper never is.
  // eslint-disable-next-line no-console
  const warn = (...what: unknown[]) => console.warn('nextitem:', ...what);
  const newId = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
      '',
    );

  /** With a storage that is switched off or full, everything is remembered as long as the page. */
  const inStorage = <T>(use: (storage: Storage) => T): T | undefined => {
    try {
      return use(localStorage);
    } catch {
      return undefined;
    }
  };
  const names = (start: string) =>
    inStorage((storage) => Object.keys(storage).filter((name) => name.startsWith(start))) ?? [];

  const allowed = async (): Promise<Consent> => {
    const { doNotTrack, globalPrivacyControl } = navigator as Navigator & { globalPrivacyControl?: boolean };
    if (doNotTrack === '1' || globalPrivacyControl) return false;
    try {
      return await (typeof consent === 'function' ? consent() : consent);
    } catch (error) {
      warn(error);
      return undefined;
    }
  };

  /** Keeps nothing of this shopper any more. */
  const forget = () => {
    held = [];
    events.clear();
    session = '';
    inStorage((storage) => names(NAME).forEach((name) => storage.removeItem(name)));
  };

  /** The session of this browser; after a pause a new one. */
  const sessionId = (): string => {
    const now = Date.now();
    const [known, lastMs] = (inStorage((storage) => storage.getItem(SESSION)) ?? session).split(' ');
    const id = known && now - Number(lastMs) < IDLE_MS ? known : newId();
    session = `${id} ${now}`;
    inStorage((storage) => storage.setItem(SESSION, session));
    return id;
  };

  const body = (batch: PageEvent[]) =>
    JSON.stringify({ key, events: batch.map(({ at, ...event }) => ({ ...event, age_ms: Math.max(0, Date.now() - at) })) }); // prettier-ignore

  /** The oldest events that are not under way, as many as fit one request. */
  const nextBatch = (): PageEvent[] => {
    let left = MAX_BODY;
    return [...events.values()]
      .filter((event) => !underWay.includes(event))
      .filter((event, i) => (left -= JSON.stringify(event).length) > 0 || i < 1);
  };

  const post = (path: string, init: RequestInit) =>
    fetch(url + path, { method: 'POST', signal: AbortSignal.timeout?.(1e4), ...init } as RequestInit);

  /** Sends until nothing is left or something fails; then again after a pause. */
  const send = (): Promise<void> =>
    (sending ??= (async () => {
      while (events.size && !pause) {
        underWay = nextBatch();
        let pauseMs = Math.min(6e4, 1e3 * 2 ** failures) * (0.5 + Math.random() / 2);
        try {
          const answer = await post('beacon', { body: body(underWay), keepalive: true });
          const said = await answer.json();
          if (!answer.ok || said.refused.length) warn(said);
          pauseMs = Math.max(pauseMs, 1e3 * Number(answer.headers.get('retry-after')));
          // A request that is wrong stays wrong; whatever else it was may pass.
          if (!(answer.ok || answer.status === 400 || answer.status === 413)) throw 0;
          for (const { event_id } of underWay) {
            events.delete(event_id);
            inStorage((storage) => storage.removeItem(EVENT + event_id));
          }
          failures = 0;
        } catch (error) {
          if (error && !failures) warn('no answer; is this origin bound to the key?', error);
          failures++;
          pause = setTimeout(() => {
            pause = undefined;
            void send();
          }, pauseMs);
        } finally {
          underWay = [];
        }
      }
    })().finally(() => (sending = undefined)));

  const keep = (event: PageEvent) => {
    events.set(event.event_id, event);
    inStorage((storage) => storage.setItem(EVENT + event.event_id, JSON.stringify(event)));
    for (const old of [...events.keys()].slice(0, -MAX_EVENTS)) {
      events.delete(old);
      inStorage((storage) => storage.removeItem(EVENT + old));
    }
  };

  /** Runs something for a shopper who agreed; keeps it for later while that is not known. */
  const ifAllowed = async (action: () => void): Promise<void> => {
    const answer = await allowed();
    if (answer) action();
    else if (answer === false) forget();
    else if (held.push(action) > MAX_EVENTS) held.shift();
  };

  /** What other pages of this shop left behind. */
  const takeOver = () => {
    for (const name of names(EVENT))
      inStorage((storage) => {
        const event = JSON.parse(storage.getItem(name)!) as PageEvent;
        if (Date.now() - event.at < MAX_AGE_MS) events.set(event.event_id, event);
        else storage.removeItem(name);
      });
    void send();
  };

  const decide = async (said: typeof consent) => {
    consent = said;
    const waiting = held;
    held = [];
    await ifAllowed(takeOver);
    for (const action of waiting) await ifAllowed(action);
  };

  const recommend = async (request: object, callback?: Callback) => {
    let list: unknown[] = [];
    const agreed = await allowed();
    try {
      // What was just told should count; but not for ever.
      if (agreed) await Promise.race([send(), new Promise((resolve) => setTimeout(resolve, 500))]);
      const answer = await post('recommend', {
        headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
        // Without consent nobody is asked about: a session that nothing is known of gets popular items.
        body: JSON.stringify({ session_id: agreed ? sessionId() : newId(), ...request }),
      });
      const said = await answer.json();
      if (answer.ok) list = said.recommendations;
      else warn(said);
    } catch (error) {
      warn(error);
    }
    callback?.(list as never);
    return list;
  };

  const run = (command: string, value?: never, more?: never): unknown => {
    if (command === 'consent') return decide(value as unknown as typeof consent);
    if (command === 'recommend') return recommend(value ?? {}, more);
    if (command === 'session') return allowed().then((agreed) => (value as unknown as (id: string | null) => void)(agreed ? sessionId() : null)); // prettier-ignore
    const at = Date.now();
    return ifAllowed(() => {
      for (const item of [value as unknown].flat())
        keep({ event_id: newId(), session_id: sessionId(), item_id: String(item), event_type: command, at, ...(more as object | undefined) }); // prettier-ignore
      void send();
    });
  };

  // When the page hides, what is left may be the last chance; the next page sends it again if nobody heard.
  addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'hidden') return;
    const batch = nextBatch();
    if (batch.length) navigator.sendBeacon(`${url}beacon`, body(batch));
  });

  const waiting = page.nextitem?.calls ?? [];
  page.nextitem = run as Calls;
  void decide(consent);
  for (const call of waiting) (run as (...call: unknown[]) => void)(...call);
})();

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { NextItem, NextItemRequestError } from '../../src/client/index.js';

const KEY = 'nextitem-key';

/** The key somebody gave for this tab; empty: none. */
export function storedKey(): string {
  return sessionStorage.getItem(KEY) ?? '';
}

export function keepKey(key: string): void {
  sessionStorage.setItem(KEY, key);
  api = makeApi();
}

/** The server this page came from. */
export let api = makeApi();

function makeApi(): NextItem {
  const apiKey = storedKey();
  return new NextItem({
    url: location.origin,
    timeoutMs: 8000,
    retries: 1,
    ...(apiKey === '' ? {} : { apiKey }),
  });
}

export type Trouble = 'away' | 'key' | 'other';

/** What went wrong, for people. */
export function troubleOf(error: unknown): { kind: Trouble; text: string } {
  if (!(error instanceof NextItemRequestError)) return { kind: 'other', text: String(error) };
  if (error.status === 401 || error.status === 403) return { kind: 'key', text: error.message };
  if (error.status === 0 || error.status >= 500)
    return { kind: 'away', text: 'The server does not answer just now. Trying again …' };
  return { kind: 'other', text: error.message };
}

export interface Loaded<T> {
  /** The last value there was, also while a new one is on its way or could not be had. */
  readonly value: T | null;
  readonly trouble: { kind: Trouble; text: string } | null;
  readonly loading: boolean;
  reload(): void;
}

const RETRY_MS = 2000;

/** Loads something whenever `deps` change, and again by itself while the server is away. */
export function useLoaded<T>(load: () => Promise<T>, deps: readonly unknown[]): Loaded<T> {
  const [state, setState] = useState<Omit<Loaded<T>, 'reload'>>({
    value: null,
    trouble: null,
    loading: true,
  });
  const [turn, setTurn] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    let current = true;
    let timer = 0;
    setState((before) => ({ ...before, loading: true }));
    latest.current().then(
      (value) => current && setState({ value, trouble: null, loading: false }),
      (error: unknown) => {
        if (!current) return;
        const trouble = troubleOf(error);
        setState((before) => ({ ...before, trouble, loading: false }));
        if (trouble.kind === 'away') timer = window.setTimeout(() => setTurn((n) => n + 1), RETRY_MS);
      },
    );
    return () => {
      current = false;
      window.clearTimeout(timer);
    };
  }, [...deps, turn]);
  const reload = useCallback(() => setTurn((n) => n + 1), []);
  return { ...state, reload };
}

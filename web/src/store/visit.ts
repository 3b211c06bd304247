import { useCallback, useEffect, useState } from 'preact/hooks';
import { type components } from '../../../src/client/index.js';
import { api, troubleOf } from '../api.js';

export type EventType = 'view' | 'click' | 'add_to_cart' | 'purchase';
export interface Did {
  readonly item: string;
  readonly type: EventType;
  readonly at: number;
}
export type { components };

/** The shopper of this tab: where the console looks first. */
export const SESSION_KEY = 'nextitem-session';
const EVENTS_KEY = 'nextitem-events';
const RETRY_MS = 2000;

export interface Visit {
  readonly sessionId: string;
  /** What the shopper did, oldest first. */
  readonly did: readonly Did[];
  /** Rises with every event the server has taken: what is recommended has to be asked for again. */
  readonly turn: number;
  /** In the cart and not bought, each once. */
  readonly cart: readonly string[];
  /** What the server said to the last event that did not get through. */
  readonly trouble: string | null;
  tell(item: string, type: EventType): Promise<void>;
  /** Goes on as somebody nobody knows. */
  startAfresh(): void;
}

function newId(): string {
  return `visit-${Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

function stored(): { sessionId: string; did: Did[] } {
  const sessionId = localStorage.getItem(SESSION_KEY) ?? newId();
  localStorage.setItem(SESSION_KEY, sessionId);
  try {
    return { sessionId, did: JSON.parse(localStorage.getItem(EVENTS_KEY) ?? '[]') as Did[] };
  } catch {
    return { sessionId, did: [] };
  }
}

/** The visit of this browser. Every event is a real one: it is kept and sent until the server has it. */
export function useVisit(): Visit {
  const [{ sessionId, did }, setVisit] = useState(stored);
  const [turn, setTurn] = useState(0);
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => localStorage.setItem(EVENTS_KEY, JSON.stringify(did.slice(-200))), [did]);

  const tell = useCallback(
    async (item: string, type: EventType) => {
      const id = localStorage.getItem(SESSION_KEY) ?? sessionId;
      setVisit((before) =>
        before.sessionId === id
          ? { ...before, did: [...before.did, { item, type, at: Date.now() }] }
          : before,
      );
      const event = { session_id: id, item_id: item, event_type: type, event_id: newId() };
      for (;;) {
        try {
          await api.event(event);
          setTrouble(null);
          setTurn((n) => n + 1);
          return;
        } catch (error) {
          const { kind, text } = troubleOf(error);
          setTrouble(text);
          if (kind !== 'away') return;
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        }
      }
    },
    [sessionId],
  );
  const startAfresh = useCallback(() => {
    const fresh = newId();
    localStorage.setItem(SESSION_KEY, fresh);
    setVisit({ sessionId: fresh, did: [] });
    setTurn((n) => n + 1);
  }, []);
  return { sessionId, did, turn, cart: cartOf(did), trouble, tell, startAfresh };
}

function cartOf(did: readonly Did[]): string[] {
  const cart = new Set<string>();
  for (const { item, type } of did) {
    if (type === 'add_to_cart') cart.add(item);
    if (type === 'purchase') cart.delete(item);
  }
  return [...cart];
}

import { type ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { keepKey, type Loaded } from './api.js';

/** The part of the address behind `#`, as decoded pieces: `#/item/a%2Fb` is `['item', 'a/b']`. */
export function useRoute(): string[] {
  const read = () =>
    location.hash
      .replace(/^#\/?/, '')
      .split('/')
      .filter(Boolean)
      .map((piece) => {
        try {
          return decodeURIComponent(piece);
        } catch {
          return piece;
        }
      });
  const [route, setRoute] = useState(read);
  useEffect(() => {
    const follow = () => setRoute(read());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}

export function linkTo(...pieces: string[]): string {
  return `#/${pieces.map(encodeURIComponent).join('/')}`;
}

/** Says what is wrong, and asks for a key where that is what is missing. */
export function TroubleNote({ of, what }: { of: Loaded<unknown>; what: string }) {
  if (of.trouble === null) return null;
  if (of.trouble.kind === 'key') return <KeyForm why={of.trouble.text} onKey={of.reload} />;
  return (
    <p class="note" role="alert">
      <strong>{what} cannot be shown.</strong> {of.trouble.text}
    </p>
  );
}

function KeyForm({ why, onKey }: { why: string; onKey: () => void }) {
  return (
    <form
      class="note key"
      onSubmit={(event) => {
        event.preventDefault();
        keepKey(String(new FormData(event.currentTarget).get('key')).trim());
        onKey();
      }}
    >
      <p role="alert">{why}</p>
      <label>
        API key <input name="key" type="password" autocomplete="off" required />
      </label>
      <button class="button">Use it</button>
      <p class="quiet">It stays in this tab and is forgotten when the tab closes.</p>
    </form>
  );
}

export function Skeleton({ rows = 1 }: { rows?: number }) {
  return (
    <div class="skeleton" aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} />
      ))}
    </div>
  );
}

/** Read out by screen readers when it changes, not seen. */
export function Announce({ children }: { children: ComponentChildren }) {
  return (
    <p class="unseen" role="status" aria-live="polite">
      {children}
    </p>
  );
}

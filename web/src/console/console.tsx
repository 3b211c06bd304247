import { useEffect } from 'preact/hooks';
import { useRoute } from '../ui.js';
import { Inspector } from './inspector.js';
import { Live } from './live.js';
import { Models } from './models.js';

const PAGES = [
  { path: 'session', title: 'Sessions' },
  { path: 'models', title: 'Models' },
  { path: 'live', title: 'Live' },
] as const;

/** What engineers look at: why, with which model, how it goes. */
export function Console() {
  const [page = 'session', ...rest] = useRoute();
  const title = PAGES.find(({ path }) => path === page)?.title ?? 'Not found';
  useEffect(() => void (document.title = `${title} · nextitem console`), [title]);
  return (
    <>
      <header class="top">
        <a class="brand" href="/">
          <img src="/icon.svg" alt="" width="28" height="28" /> nextitem <span>console</span>
        </a>
        <nav class="chips nav" aria-label="Console">
          {PAGES.map(({ path, title }) => (
            <a key={path} class="chip" href={`#/${path}`} aria-current={page === path ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
      </header>
      <main id="main" class="wide" tabIndex={-1}>
        {page === 'session' ? (
          <Inspector key={rest[0] ?? ''} sessionId={rest[0] ?? ''} />
        ) : page === 'models' ? (
          <Models chosen={rest} />
        ) : page === 'live' ? (
          <Live />
        ) : (
          <h1>There is no such page</h1>
        )}
      </main>
    </>
  );
}

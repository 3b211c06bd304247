import { useRef, useState } from 'preact/hooks';
import { api } from '../api.js';
import { Announce } from '../ui.js';
import { type Item, remember } from './items.js';
import { type EventType, type Visit } from './visit.js';

interface Story {
  readonly title: string;
  /** Words to look for, the first that finds something. */
  readonly seeks: readonly string[];
  readonly steps: readonly { readonly place: number; readonly type: EventType }[];
}

const BROWSES: Story['steps'] = [
  { place: 0, type: 'view' },
  { place: 1, type: 'view' },
  { place: 1, type: 'click' },
  { place: 2, type: 'view' },
  { place: 1, type: 'add_to_cart' },
];
const COMES_BACK: Story['steps'] = [
  { place: 0, type: 'view' },
  { place: 0, type: 'add_to_cart' },
  { place: 0, type: 'purchase' },
];

/** People whom every visitor understands at once. Those whose things the catalogue has not are not shown. */
const STORIES: readonly Story[] = [
  { title: 'A parent looking for a pram', seeks: ['pram', 'stroller', 'baby'], steps: BROWSES },
  { title: 'Back for the same coffee', seeks: ['coffee', 'drinks', 'food'], steps: COMES_BACK },
  { title: 'Furnishing a home office', seeks: ['desk', 'office chair', 'office'], steps: BROWSES },
  { title: 'A gift for a gardener', seeks: ['garden', 'flowers', 'tools'], steps: BROWSES },
  { title: 'Getting into running', seeks: ['running', 'sports', 'shoe'], steps: BROWSES },
];
const MOST = 4;
const STEP_MS = 1400;

export interface Cast {
  readonly title: string;
  readonly items: readonly Item[];
  readonly steps: Story['steps'];
}

/** The stories this catalogue can tell; where it names things otherwise, somebody in each of its largest categories. */
export async function castFor(): Promise<Cast[]> {
  const cast: Cast[] = [];
  const add = (title: string, items: readonly Item[], steps: Story['steps']): void => {
    remember(items);
    if (items.length >= 3) cast.push({ title, items, steps });
  };
  for (const { title, seeks, steps } of STORIES) {
    if (cast.length === MOST) break;
    for (const q of seeks) {
      const { items } = await api.items({ q, limit: 3 });
      if (items.length < 3) continue;
      add(title, items, steps);
      break;
    }
  }
  const { categories } = await api.categories();
  for (const { name, label } of categories) {
    if (cast.length >= MOST) break;
    if (cast.some(({ items }) => items[0]!.category === name)) continue;
    add(
      `Somebody after ${label.toLowerCase()}`,
      (await api.items({ category: name, limit: 3 })).items,
      BROWSES,
    );
  }
  if (cast.length === 0) add('Somebody who looks around', (await api.items({ limit: 3 })).items, BROWSES);
  return cast;
}

const DOES: Record<EventType, string> = {
  view: 'looks at',
  click: 'takes a closer look at',
  add_to_cart: 'puts into the cart',
  purchase: 'buys',
};

/** Ready-made shoppers: each plays a visit of its own, step by step. */
export function Shoppers({ cast, visit }: { cast: readonly Cast[]; visit: Visit }) {
  const [playing, setPlaying] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  const run = useRef(0);
  const tell = useRef(visit.tell);
  tell.current = visit.tell;

  async function play({ title, items, steps }: Cast) {
    const mine = ++run.current;
    visit.startAfresh();
    setPlaying(title);
    location.hash = '#/';
    for (const { place, type } of steps) {
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
      if (run.current !== mine) return;
      const item = items[place]!;
      setSaid(`${title}: ${DOES[type]} “${item.name}”`);
      await tell.current(item.item_id, type);
    }
    if (run.current === mine) setPlaying(null);
  }
  const stop = () => {
    run.current++;
    setPlaying(null);
  };

  if (cast.length === 0) return null;
  return (
    <section class="shoppers" aria-labelledby="shoppers">
      <h2 id="shoppers">Watch somebody shop</h2>
      <p class="quiet">
        Each starts unknown. The rows below follow every step; what is new in them is marked.
      </p>
      <div class="chips">
        {cast.map((one) => (
          <button
            key={one.title}
            class="chip"
            aria-pressed={playing === one.title}
            onClick={() => (playing === one.title ? stop() : void play(one))}
          >
            {playing === one.title ? '■ ' : '▶ '}
            {one.title}
          </button>
        ))}
      </div>
      {said !== '' && <p class="said">{said}</p>}
      <Announce>{said}</Announce>
    </section>
  );
}

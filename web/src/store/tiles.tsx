import { useRef } from 'preact/hooks';
import { type Loaded, useLoaded } from '../api.js';
import { Picture } from '../picture/picture.js';
import { linkTo, Skeleton, TroubleNote } from '../ui.js';
import { type Item, itemsOf, priceText, reasonText, type Recommended } from './items.js';

export interface Shown {
  readonly item: Item;
  readonly why?: string;
}

export function Tile({ item, why, isNew = false }: Shown & { isNew?: boolean }) {
  return (
    <li class={isNew ? 'tile new' : 'tile'}>
      <a href={linkTo('item', item.item_id)}>
        <Picture itemId={item.item_id} name={item.name} category={item.category} />
        <span class="name">{item.name}</span>
        {item.price !== undefined && <span class="price">{priceText(item.price)}</span>}
        {why !== undefined && <span class="why">{why}</span>}
      </a>
    </li>
  );
}

/** Loads a strip's items with their reasons in words. */
export function useStrip(
  load: () => Promise<readonly Recommended[]>,
  deps: readonly unknown[],
): Loaded<Shown[]> {
  return useLoaded(async () => {
    const list = await load();
    const items = await itemsOf(list.map((each) => each.item_id));
    const about = await itemsOf(list.flatMap((each) => each.reason_item_id ?? []));
    const byId = new Map(about.map((item) => [item.item_id, item]));
    return list.map(({ reason, reason_item_id }, i) => ({
      item: items[i]!,
      why: reasonText(reason, byId.get(reason_item_id ?? '') ?? null),
    }));
  }, deps);
}

/** A row of items. Those that were not there before the last change are marked. */
export function Strip({
  title,
  hint,
  of,
  id,
}: {
  title: string;
  hint?: string;
  of: Loaded<Shown[]>;
  id: string;
}) {
  const before = useRef<{ shown: Shown[] | null; earlier: ReadonlySet<string> | null }>({
    shown: null,
    earlier: null,
  });
  if (of.value !== null && of.value !== before.current.shown) {
    const earlier =
      before.current.shown === null ? null : new Set(before.current.shown.map(({ item }) => item.item_id));
    before.current = { shown: of.value, earlier };
  }
  const { earlier } = before.current;
  if (of.value !== null && of.value.length === 0 && of.trouble === null) return null;
  return (
    <section class="strip" aria-labelledby={id} aria-busy={of.loading}>
      <h2 id={id}>{title}</h2>
      {hint !== undefined && <p class="quiet">{hint}</p>}
      <TroubleNote of={of} what={title} />
      {of.value === null ? (
        of.trouble === null && <Skeleton rows={5} />
      ) : (
        <ul class="tiles row" tabIndex={0} aria-label={title}>
          {of.value.map(({ item, why }) => (
            <Tile
              key={item.item_id}
              item={item}
              why={why}
              isNew={earlier !== null && !earlier.has(item.item_id)}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

import { useEffect, useState } from 'preact/hooks';
import { api, useLoaded } from '../api.js';
import { Picture } from '../picture/picture.js';
import { Announce, linkTo, Skeleton, TroubleNote, useRoute } from '../ui.js';
import { type Item, itemsOf, priceText, remember } from './items.js';
import { SessionPanel } from './session-panel.js';
import { castFor, Shoppers } from './shoppers.js';
import { Strip, Tile, useStrip } from './tiles.js';
import { useVisit, type Visit } from './visit.js';

const PAGE = 24;
const STRIP = 12;

/** The shop: every view, click, cart and purchase is an event of the API; every row comes from it. */
export function Store() {
  const visit = useVisit();
  const [page, first = '', second = ''] = useRoute();
  const categories = useLoaded(() => api.categories(), []);
  const cast = useLoaded(castFor, []);
  useEffect(() => {
    document.getElementById('main')?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [page, first, second]);
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => (event.preventDefault(), document.getElementById('main')?.focus())}
      >
        To the content
      </a>
      <Header cart={visit.cart.length} words={page === 'search' ? first : ''} />
      {visit.trouble !== null && (
        <p class="note banner" role="alert">
          {visit.trouble}
        </p>
      )}
      <div class="columns">
        <main id="main" tabIndex={-1}>
          {page === 'item' ? (
            <ItemPage key={first} itemId={first} visit={visit} />
          ) : page === 'cart' ? (
            <CartPage visit={visit} />
          ) : (
            <>
              {page === undefined && <h1 class="unseen">A shop that learns from every click</h1>}
              {page === undefined && <Shoppers cast={cast.value ?? []} visit={visit} />}
              {page === undefined && <Personal visit={visit} />}
              {categories.value !== null && categories.value.categories.length > 0 && (
                <nav class="chips" aria-label="Categories">
                  {categories.value.categories.slice(0, 16).map(({ name, label }) => (
                    <a
                      key={name}
                      class="chip"
                      href={linkTo('category', name)}
                      aria-current={page === 'category' && first === name ? 'page' : undefined}
                    >
                      {label}
                    </a>
                  ))}
                </nav>
              )}
              <Listing
                key={`${page}/${first}`}
                {...(page === 'category' ? { category: first } : {})}
                {...(page === 'search' ? { q: first } : {})}
              />
            </>
          )}
        </main>
        <SessionPanel visit={visit} />
      </div>
    </>
  );
}

function Header({ cart, words }: { cart: number; words: string }) {
  return (
    <header class="top">
      <a class="brand" href="#/">
        <img src="/icon.svg" alt="" width="28" height="28" /> nextitem <span>shop</span>
      </a>
      <form
        class="search"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          const q = String(new FormData(event.currentTarget).get('q')).trim();
          location.hash = q === '' ? '#/' : linkTo('search', q);
        }}
      >
        <input
          key={words}
          name="q"
          type="search"
          aria-label="Search the shop"
          placeholder="Search"
          defaultValue={words}
          maxLength={200}
        />
        <button class="button plain">Search</button>
      </form>
      <a class="button" href="#/cart">
        Cart <span class="count">{cart}</span>
      </a>
    </header>
  );
}

/** The rows for this shopper: what the API recommends now, and what was left open. */
function Personal({ visit }: { visit: Visit }) {
  const { sessionId, turn } = visit;
  const forYou = useStrip(
    async () =>
      (await api.recommend({ session_id: sessionId, k: STRIP, include_viewed: false })).recommendations,
    [sessionId, turn],
  );
  const open = useStrip(
    async () =>
      (await api.recommend({ session_id: sessionId, k: 60, include_viewed: true })).recommendations.filter(
        ({ reason }) => reason === 'continue_viewing' || reason === 'in_cart',
      ),
    [sessionId, turn],
  );
  return (
    <>
      <Strip
        id="for-you"
        title="For you now"
        hint={
          visit.did.length === 0
            ? 'Nobody knows you yet: this is what everybody takes. Click something.'
            : 'From what you just did, anew with every click.'
        }
        of={forYou}
      />
      <Announce>
        {visit.did.length > 0 && forYou.value !== null && !forYou.loading
          ? `For you now: ${forYou.value
              .slice(0, 3)
              .map(({ item }) => item.name)
              .join(', ')}`
          : ''}
      </Announce>
      <Strip id="continue" title="Continue viewing" of={open} />
    </>
  );
}

function Listing({ category, q }: { category?: string; q?: string }) {
  const [pages, setPages] = useState(1);
  const found = useLoaded(async () => {
    const query = {
      limit: Math.min(100, PAGE * pages),
      ...(category === undefined ? {} : { category }),
      ...(q === undefined ? {} : { q }),
    };
    const answer = await api.items(query);
    remember(answer.items);
    return answer;
  }, [category, q, pages]);
  const title =
    q !== undefined
      ? `Found for “${q}”`
      : category !== undefined
        ? (found.value?.items[0]?.category_label ?? category)
        : 'Everything';
  return (
    <section aria-labelledby="listing" aria-busy={found.loading}>
      {category === undefined && q === undefined ? (
        <h2 id="listing">{title}</h2>
      ) : (
        <h1 id="listing">{title}</h1>
      )}
      <TroubleNote of={found} what="The shelf" />
      {found.value === null && found.trouble === null && <Skeleton rows={8} />}
      {found.value?.items.length === 0 && <p>Nothing here. Try other words.</p>}
      <ul class="tiles grid">
        {found.value?.items.map((item) => (
          <Tile key={item.item_id} item={item} />
        ))}
      </ul>
      {found.value?.has_more === true && PAGE * pages < 100 && (
        <button class="button plain more" onClick={() => setPages(pages + 1)}>
          Show more
        </button>
      )}
    </section>
  );
}

function ItemPage({ itemId, visit }: { itemId: string; visit: Visit }) {
  const item = useLoaded<Item | undefined>(async () => (await itemsOf([itemId]))[0], [itemId]);
  useEffect(() => void visit.tell(itemId, 'view'), [itemId]);
  const similar = useStrip(async () => (await api.similar(itemId, { k: STRIP })).recommendations, [itemId]);
  const together = useStrip(
    async () =>
      (
        await api.recommend({
          session_id: visit.sessionId,
          k: 60,
          events: [{ item_id: itemId, event_type: 'add_to_cart' }],
        })
      ).recommendations.filter(({ reason }) => reason === 'bought_together'),
    [itemId],
  );
  const inCart = visit.cart.includes(itemId);
  return (
    <>
      <article class="item">
        <Picture itemId={itemId} name={item.value?.name ?? ''} category={item.value?.category} />
        <div>
          <h1>{item.value?.name ?? '…'}</h1>
          {item.value?.category !== undefined && (
            <p>
              <a href={linkTo('category', item.value.category)}>{item.value.category_label}</a>
              {item.value.brand !== undefined && ` · ${item.value.brand}`}
            </p>
          )}
          {item.value?.price !== undefined && <p class="price big">{priceText(item.value.price)}</p>}
          <TroubleNote of={item} what="The item" />
          <p class="actions">
            <button
              class="button strong"
              disabled={inCart}
              onClick={() => void visit.tell(itemId, 'add_to_cart')}
            >
              {inCart ? 'In your cart' : 'Add to cart'}
            </button>
            <button class="button plain" onClick={() => void visit.tell(itemId, 'click')}>
              A closer look
            </button>
          </p>
          <Announce>{inCart ? 'In your cart' : ''}</Announce>
          {item.value?.popularity_rank !== undefined && (
            <p class="quiet">Number {item.value.popularity_rank.toLocaleString()} of the shop</p>
          )}
        </div>
      </article>
      <Strip id="similar" title="Similar" of={similar} />
      <Strip id="together" title="Bought together" of={together} />
      <Personal visit={visit} />
    </>
  );
}

function CartPage({ visit }: { visit: Visit }) {
  const items = useLoaded(() => itemsOf(visit.cart), [visit.cart.join('\n')]);
  const [thanks, setThanks] = useState(0);
  const total = items.value?.reduce((sum, item) => sum + (item.price ?? 0), 0) ?? 0;
  async function buy() {
    const bought = visit.cart;
    for (const item of bought) await visit.tell(item, 'purchase');
    setThanks(bought.length);
  }
  return (
    <section aria-labelledby="cart">
      <h1 id="cart">Your cart</h1>
      <Announce>{thanks > 0 ? 'Thank you for your order' : ''}</Announce>
      {visit.cart.length === 0 ? (
        <p>
          {thanks > 0
            ? `Thank you! ${thanks} ${thanks === 1 ? 'thing is' : 'things are'} on the way — in this story, at least.`
            : 'It is empty.'}
        </p>
      ) : (
        <>
          <ul class="tiles grid">
            {items.value?.map((item) => (
              <Tile key={item.item_id} item={item} />
            ))}
          </ul>
          <p class="actions">
            {total > 0 && <span class="price big">{priceText(total)}</span>}
            <button class="button strong" onClick={() => void buy()}>
              Check out
            </button>
          </p>
        </>
      )}
      <Personal visit={visit} />
    </section>
  );
}

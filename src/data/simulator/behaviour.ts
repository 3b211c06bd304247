import { ADD_TO_CART, CLICK, PURCHASE, VIEW } from '../../domain/event.js';
import { MINUTE_MS, SECOND_MS } from '../../domain/time.js';

/**
 * How shoppers behave. A session has a hidden state: a need (a category) and a taste (price level x brand family). The
 * next event is drawn from a mixture of these ways to go on. Which one, depends on what anyone can see: the last
 * event's type, the items so far and the cart. Only `similar`, `complement` and `wanted` depend on the hidden state.
 */
export const STAY = 0; // view the same item again
export const FUNNEL = 1; // the item's next stage: view -> click -> add_to_cart
export const CHECKOUT = 2; // buy what was put into the cart last
export const RETURN = 3; // view an earlier item of the session again
export const SIMILAR = 4; // view an item like one of the last two, by taste
export const COMPLEMENT = 5; // view an item that goes with one of the last two, by taste
export const WANTED = 6; // view an item of the needed category, by popularity and taste
export const FRONT_PAGE = 7; // view an item popular in the whole shop
export const WAYS = 8;

/**
 * [event types x WAYS] by the last event's type; rows sum to 1. A way that is not open (an empty cart, no earlier item,
 * nothing similar on sale) leaves its share to WANTED.
 */
export const WAY_SHARE = Float64Array.from([
  // stay funnel checkout return similar complement wanted front page
  ...[0.06, 0.14, 0.01, 0.06, 0.32, 0.06, 0.28, 0.07], // view
  ...[0.05, 0.2, 0.02, 0.08, 0.3, 0.08, 0.22, 0.05], // click
  ...[0.02, 0, 0.25, 0.06, 0.05, 0.41, 0.17, 0.04], // add_to_cart
  ...[0, 0, 0.42, 0.03, 0.02, 0.24, 0.22, 0.07], // purchase
]);

/** Shares of WANTED and FRONT_PAGE when a session begins. */
export const FIRST_WANTED_SHARE = 0.85;

/** Similar and complementary items are those of the last item; so often, of the one before it (if there is one). */
export const PREVIOUS_ANCHOR_SHARE = 0.25;

/** RETURN goes to the j-th latest earlier item with weight RETURN_DECAY^j. */
export const RETURN_DECAY = 0.65;

/** Between two events the need is replaced by a new one so often, unseen by anyone. */
export const NEED_CHANGE_SHARE = 0.03;

/** After a purchase the need is always replaced: so often by a complement of what was bought, else by a new one. */
export const COMPLEMENT_NEED_SHARE = 0.6;

/** Sessions end here at the latest: in good time before the window that recommenders look at. */
export const MAX_SESSION_EVENTS = 60;

/**
 * The probability that a session ends after an event. It depends on what can be seen only, so going on tells nothing
 * about the hidden state.
 * @param length events so far
 */
export function endProbability(length: number, lastType: number, cartSize: number): number {
  const base = 0.13 + 0.19 / length;
  if (lastType === CLICK) return base * 0.8;
  if (lastType === ADD_TO_CART) return base * 0.4;
  if (lastType === PURCHASE) return cartSize > 0 ? base * 0.3 : 0.55;
  return base;
}

/** Median pause after an event by its type; pauses are log-normal. */
const MEDIAN_PAUSE_MS = [30 * SECOND_MS, 22 * SECOND_MS, 40 * SECOND_MS, 75 * SECOND_MS];
const PAUSE_SPREAD = 0.9;
const MIN_PAUSE_MS = SECOND_MS;
/** Shorter than the idle gap that ends a session in web analytics. */
export const MAX_PAUSE_MS = 25 * MINUTE_MS;

/** @param normal a draw from the standard normal distribution */
export function pauseMs(lastType: number, normal: number): number {
  const pause = MEDIAN_PAUSE_MS[lastType]! * Math.exp(PAUSE_SPREAD * normal);
  return Math.round(Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, pause)));
}

/** The type FUNNEL gives the next event. @param lastType VIEW or CLICK; FUNNEL has no share after others */
export function nextStage(lastType: number): number {
  return lastType === VIEW ? CLICK : ADD_TO_CART;
}

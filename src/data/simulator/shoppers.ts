import { hashUnit } from './hash.js';
import { type Shop } from './shop.js';
import { type ShopDay } from './shop-day.js';
import { TASTE_SHARE, TASTES } from './tastes.js';

/** User u makes a share ((u + 1)/users)^(1/1.6) - (u/users)^(1/1.6) of the users' sessions: few come often. */
const ACTIVITY_EXPONENT = 1.6;
/** Categories a user comes back for, and how often a user's need is one of them. */
const FAVOURITES = 3;
const FAVOURITE_SHARE = 0.6;
const TASTE_LABEL = 31;
const FAVOURITE_LABEL = 32;

const TASTE_CUMULATIVE = cumulativeOf(TASTE_SHARE);

/**
 * The people behind the sessions. What a user is like is a hash of the user's number, so millions of users take no
 * memory. A user keeps one taste and a few favourite categories; a guest (-1) has neither: both are drawn anew.
 */
export class Shoppers {
  private readonly baseNeedCumulative: Float64Array;

  constructor(private readonly shop: Shop) {
    this.baseNeedCumulative = cumulativeOf(shop.categories.needShare);
  }

  /** The user of a session that is no guest's. @param unit in [0, 1) */
  userAt(unit: number): number {
    return Math.min(
      this.shop.options.users - 1,
      Math.floor(this.shop.options.users * unit ** ACTIVITY_EXPONENT),
    );
  }

  tasteOf(user: number): number {
    return indexAt(TASTE_CUMULATIVE, hashUnit(this.shop.options.seed, TASTE_LABEL, user));
  }

  /** @param which 0 .. 2; two of them may be the same */
  favouriteOf(user: number, which: number): number {
    const unit = hashUnit(this.shop.options.seed, FAVOURITE_LABEL + which, user);
    return indexAt(this.baseNeedCumulative, unit);
  }

  /** The taste of a guest. @param unit in [0, 1) */
  guestTaste(unit: number): number {
    return indexAt(TASTE_CUMULATIVE, unit);
  }

  /** The need a session begins with. @param user -1 for a guest @param units two draws from [0, 1) */
  firstNeed(user: number, day: ShopDay, unit: number, unit2: number): number {
    if (user < 0 || unit >= FAVOURITE_SHARE) return newNeed(day, unit2);
    return this.favouriteOf(user, Math.floor(unit2 * FAVOURITES));
  }

  /**
   * How often each hidden state begins a session, for one who does not know whose it is: the users' states weighted by
   * how often they come, exactly. One pass over the users.
   */
  population(): Population {
    const { users, guestShare } = this.shop.options;
    const favourites = new Float64Array(this.shop.categories.count * TASTES);
    const tastes = TASTE_SHARE.map((share) => share * guestShare);
    if (guestShare < 1) {
      for (let user = 0, before = 0; user < users; user++) {
        const upTo = ((user + 1) / users) ** (1 / ACTIVITY_EXPONENT);
        const share = (1 - guestShare) * (upTo - before);
        before = upTo;
        const taste = this.tasteOf(user);
        tastes[taste]! += share * (1 - FAVOURITE_SHARE);
        for (let which = 0; which < FAVOURITES; which++) {
          favourites[this.favouriteOf(user, which) * TASTES + taste]! +=
            (share * FAVOURITE_SHARE) / FAVOURITES;
        }
      }
    }
    return { favourites, tastes };
  }
}

/** A state (need c, taste s) begins a session with probability `favourites[c, s] + tastes[s] x need of the day[c]`. */
export interface Population {
  /** [categories x TASTES] */
  readonly favourites: Float64Array;
  /** [TASTES] */
  readonly tastes: Float64Array;
}

/** A need as the day has them. @param unit in [0, 1) */
export function newNeed(day: ShopDay, unit: number): number {
  return indexAt(day.needCumulative, unit);
}

function cumulativeOf(shares: Float64Array): Float64Array {
  let sum = 0;
  const cumulative = shares.map((share) => (sum += share));
  cumulative[cumulative.length - 1] = 1;
  return cumulative;
}

/** The first index whose running sum exceeds `unit`. */
function indexAt(cumulative: Float64Array, unit: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cumulative[middle]! > unit) high = middle;
    else low = middle + 1;
  }
  return low;
}

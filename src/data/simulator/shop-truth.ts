import { LaterEvents } from './later-events.js';
import { SessionPosterior } from './session-posterior.js';
import { type Shop } from './shop.js';
import { type Population, Shoppers } from './shoppers.js';

/** What is true of a simulated shop beyond its events: how its shoppers come to their next item. */
export class ShopTruth {
  private known: Population | null = null;
  private shared: SessionPosterior | null = null;
  private later: LaterEvents | null = null;

  constructor(readonly shop: Shop) {}

  /** The hidden states sessions begin with; counted when first asked for. */
  get population(): Population {
    return (this.known ??= new Shoppers(this.shop).population());
  }

  /** A filter for one session at a time. It owns some 30 bytes per item: make one and use it again. */
  newPosterior(): SessionPosterior {
    return new SessionPosterior(this.shop, this.population);
  }

  /** Of what is carted or bought next, on top of {@link posterior}. */
  get laterEvents(): LaterEvents {
    return (this.later ??= new LaterEvents(this.posterior));
  }

  /** One filter for callers that ask for one answer after the other. */
  get posterior(): SessionPosterior {
    return (this.shared ??= this.newPosterior());
  }
}

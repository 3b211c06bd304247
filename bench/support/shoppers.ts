import { openSource } from '../../src/data/open-source.js';
import { simulateEventTable } from '../../src/data/simulator/simulate-event-table.js';
import { EVENT_TYPES } from '../../src/domain/event.js';
import { type EventTable } from '../../src/data/event-table.js';
import { Random } from '../../src/domain/random.js';
import { type SessionRecommender } from '../../src/recommend/recommender.js';
import { openRecommender } from '../../src/recommend/open-recommender.js';
import { DEFAULT_TRAINING_SETTINGS } from '../../src/training/settings.js';
import { splitByTime } from '../../src/training/split.js';

export interface Step {
  readonly item: string;
  readonly type: string;
}

/**
 * Sessions to replay: the test part of a data set; without one, those of the simulated shop if the model knows it, else
 * {@link walks}.
 */
export async function sessionsToReplay(artifacts: string, data?: string): Promise<Step[][]> {
  if (data !== undefined) {
    const { events } = await openSource({ kind: 'events', paths: [data] });
    return sessionsOf(events, splitByTime(events, DEFAULT_TRAINING_SETTINGS).testStart);
  }
  const recommender = await openRecommender(artifacts);
  const { events } = simulateEventTable();
  if (events.items.toArray().every((item) => recommender.hasItem(item))) return sessionsOf(events, 0);
  return walks(recommender, 10_000);
}

function sessionsOf(events: EventTable, firstSession: number): Step[][] {
  return Array.from({ length: events.sessionIds.length - firstSession }, (_, n) => {
    const start = events.sessionOffsets[firstSession + n]!;
    return Array.from({ length: events.sessionOffsets[firstSession + n + 1]! - start }, (_, i) => ({
      item: events.items.at(events.itemIndex[start + i]!),
      type: EVENT_TYPES[events.eventType[start + i]!]!,
    }));
  });
}

/** Sessions that go from a popular item to similar ones. */
export function walks(recommender: SessionRecommender, count: number): Step[][] {
  const random = new Random(1);
  const popular = recommender.popular(100)!.map(({ itemId }) => itemId);
  return Array.from({ length: count }, () => {
    let item = popular[random.below(popular.length)]!;
    return Array.from({ length: 1 + random.below(12) }, () => {
      const step = { item, type: EVENT_TYPES[random.below(3)]! };
      const near = recommender.similar(item, 10)!;
      item = near[random.below(near.length)]?.itemId ?? item;
      return step;
    });
  });
}

/** So many shoppers at a time; one who leaves is followed by another. */
export class Shoppers {
  private readonly now: { id: string; steps: readonly Step[]; next: number }[] = [];
  private come = 0;

  constructor(
    private readonly sessions: readonly (readonly Step[])[],
    private readonly concurrent: number,
  ) {
    // From the end: those the model knows least of.
    for (let s = 0; s < concurrent; s++) this.now.push(this.another());
  }

  /** What the next shopper in turn does. */
  step(turn: number): { id: string } & Step {
    const at = turn % this.concurrent;
    const shopper = this.now[at]!;
    const step = shopper.steps[shopper.next++]!;
    if (shopper.next === shopper.steps.length) this.now[at] = this.another();
    return { id: shopper.id, ...step };
  }

  private another() {
    const n = this.come++;
    const { length } = this.sessions;
    return { id: `visit-${n}`, steps: this.sessions[length - 1 - (n % length)]!, next: 0 };
  }
}

import { resolveVersion } from '../bundle/versions.js';
import { MINUTE_MS } from '../domain/time.js';
import { openRecommender } from '../recommend/open-recommender.js';
import { type Recommender } from '../recommend/contract.js';

const IDLE_MS = 5 * MINUTE_MS;

/**
 * A model beside the one in service, to compare with: one at a time, opened when asked for, let go of when nobody asked for
 * a while.
 */
export class SecondModel {
  private held: { version: string; model: Promise<Recommender> } | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly artifactsDir: string,
    private readonly served: () => Recommender,
  ) {}

  /**
   * The model in service if that is its version, else another one. Errors: `bundle_not_found`, `bundle_invalid`,
   * `bundle_incompatible`, `invalid_ranker`.
   */
  async get(version: string): Promise<Recommender> {
    const served = this.served();
    const resolved = (await resolveVersion(this.artifactsDir, version)).version;
    if (served.modelVersion === resolved) return served;
    if (this.held?.version !== resolved) {
      const model = openRecommender(this.artifactsDir, resolved);
      this.held = { version: resolved, model };
      model.catch(() => this.close());
    }
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => this.close(), IDLE_MS).unref();
    return this.held.model;
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.held = null;
  }
}

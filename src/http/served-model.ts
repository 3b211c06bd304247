import { openBundle } from '../bundle/open-bundle.js';
import { type Metrics } from '../observability/metrics.js';
import { openModel } from '../recommend/model.js';
import { type SessionRecommender } from '../recommend/recommender.js';
import { warmUpFully } from '../recommend/warm-up.js';

/** The model in service in this process. It is exchanged whole: an answer comes from one model. */
export class ServedModel {
  private constructor(
    private current: SessionRecommender,
    private readonly mapped: boolean,
    private readonly metrics: Metrics,
  ) {}

  /** Errors: those of opening a bundle. */
  static async open(dir: string, mapped: boolean, metrics: Metrics): Promise<ServedModel> {
    const model = openModel(await openBundle(dir, { mapped }));
    metrics.serving(model);
    return new ServedModel(model, mapped, metrics);
  }

  get(): SessionRecommender {
    return this.current;
  }

  /** Opens another bundle, warms it up and puts it into service. Errors: those of opening it; the one in service stays. */
  async exchange(dir: string): Promise<void> {
    try {
      const model = openModel(await openBundle(dir, { mapped: this.mapped }));
      await warmUpFully(model);
      this.current = model;
      this.metrics.serving(model);
      this.metrics.modelExchange('taken');
    } catch (error) {
      this.metrics.modelExchange('refused');
      throw error;
    }
  }
}

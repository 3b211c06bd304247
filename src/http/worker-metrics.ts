import { type Worker } from 'node:cluster';
import { type Registry } from 'prom-client';

/** The metrics of one process, as they travel between processes. */
export type MetricValues = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** A worker that takes longer hangs; the answer must come before Prometheus gives up, after 10 seconds. */
const TIMEOUT_MS = 3000;

/** Adds up the metrics of several workers. Lives in the primary. */
export class WorkerMetrics {
  private asked = 0;
  private readonly waiting = new Map<number, (values: MetricValues) => void>();

  /** @param ask sends a worker the question with this number; its answer goes to {@link answered} */
  constructor(private readonly ask: (worker: Worker, id: number) => void) {}

  /** The sum over the workers as text. Counts nobody who ends meanwhile; rejects if one does not answer in time. */
  async gather(workers: readonly Worker[]): Promise<string> {
    const values = await Promise.all(workers.map((worker) => this.valuesOf(worker)));
    // The primary forks its workers sooner without it.
    const { AggregatorRegistry } = await import('prom-client');
    return AggregatorRegistry.aggregate(values).metrics();
  }

  answered(id: number, values: MetricValues): void {
    this.waiting.get(id)?.(values);
  }

  private valuesOf(worker: Worker): Promise<MetricValues> {
    const id = ++this.asked;
    return new Promise((resolve, reject) => {
      const settle = (values: MetricValues) => {
        clearTimeout(timer);
        worker.off('exit', ended);
        this.waiting.delete(id);
        resolve(values);
      };
      const ended = () => settle([]);
      const timer = setTimeout(() => {
        worker.off('exit', ended);
        this.waiting.delete(id);
        reject(new Error(`worker ${worker.id} did not give its metrics in time`));
      }, TIMEOUT_MS);
      this.waiting.set(id, settle);
      worker.once('exit', ended);
      this.ask(worker, id);
    });
  }
}

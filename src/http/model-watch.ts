import { basename } from 'node:path';
import { type Config } from '../config/schema.js';
import { SECOND_MS } from '../domain/time.js';
import { NextItemError } from '../errors.js';
import { type Logger } from '../observability/log.js';
import { findModel } from './find-model.js';

/** What a look for another model found. */
export interface ModelCheck {
  /** The model in service now, and before. */
  readonly modelVersion: string;
  readonly previousVersion: string;
  /** What is wrong with models that were passed over, and the like. */
  readonly warnings: readonly string[];
}

/**
 * Looks whether another bundle is to be served than the one that is, in the same way as at the start, and has it put into
 * service: when asked to, and every `MODEL_POLL_SECONDS`. Whatever is wrong with the other one, the one in service stays.
 */
export class ModelWatch {
  private readonly timer: NodeJS.Timeout | null;
  private running: Promise<ModelCheck> | null = null;
  /** What was said already: the same broken bundle is found with every look. */
  private readonly said = new Set<string>();
  private closed = false;

  /**
   * @param dir the bundle in service
   * @param exchange puts another one into service; throws if it cannot be
   */
  constructor(
    private dir: string,
    private readonly exchange: (dir: string) => Promise<void>,
    private readonly config: Config,
    private readonly log: Logger,
  ) {
    const { modelPollSeconds } = config;
    const look = () => void this.check().catch(() => undefined); // it is in the log
    this.timer = modelPollSeconds === 0 ? null : setInterval(look, modelPollSeconds * SECOND_MS);
    this.timer?.unref();
  }

  /** Looks now, or waits for the look that is under way. Errors: `model_refused`. */
  check(): Promise<ModelCheck> {
    this.running ??= this.look().finally(() => (this.running = null));
    return this.running;
  }

  /** Ends looking; resolves when the look that is under way has ended. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.timer !== null) clearInterval(this.timer);
    await this.running?.catch(() => undefined);
  }

  private async look(): Promise<ModelCheck> {
    const previousVersion = basename(this.dir);
    const warnings: string[] = [];
    try {
      const { dir, version } = await findModel(this.config, (warning) => warnings.push(warning));
      for (const warning of warnings) this.sayOnce('warn', warning);
      if (dir !== this.dir && !this.closed) {
        await this.exchange(dir);
        this.dir = dir;
        this.said.clear();
        this.log.info({ model: version, before: previousVersion }, `model ${version} is in service`);
      }
      return { modelVersion: basename(this.dir), previousVersion, warnings };
    } catch (error) {
      const { message, where } = error as NextItemError;
      const refused = new NextItemError('model_refused', message, where, { cause: error });
      this.sayOnce('error', refused.message);
      throw refused;
    }
  }

  private sayOnce(level: 'warn' | 'error', text: string): void {
    if (this.said.has(text)) return;
    this.said.add(text);
    this.log[level]({ model: basename(this.dir) }, `MODEL: ${text}`);
  }
}

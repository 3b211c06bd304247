import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openBundle } from '../bundle/open-bundle.js';
import { writeBundle } from '../bundle/write-bundle.js';
import { type Sections } from '../domain/sections.js';
import { NextItemError } from '../errors.js';
import { type EvaluationReport } from '../metrics/evaluation-report.js';

/** Raised when what a step saves changes: results of another version are not read. */
const STAGE_FORMAT = 1;

const REPORTS = 'evaluation.json';

/** The steps in order; a step's result is void once an earlier one ran again. */
const STAGES = ['dataset', 'baselines', 'ranker'] as const;
export type Stage = (typeof STAGES)[number];

/** A step's result: arrays, JSON and texts. */
export interface StageResult {
  readonly sections: Sections;
  readonly json: object;
  readonly files: Readonly<Record<string, string>>;
}

/**
 * A folder in which the steps of a training run leave their results for each other and for people. What the steps need
 * is stored like a bundle (checksummed, appears complete or not at all); what people open lies beside it as Parquet,
 * JSON, SVG and HTML.
 */
export class Workspace {
  constructor(readonly dir: string) {}

  /** The path of a file for people; its folder exists afterwards. */
  async path(name: string): Promise<string> {
    await mkdir(this.dir, { recursive: true });
    return join(this.dir, name);
  }

  async writeJson(name: string, value: unknown): Promise<void> {
    await writeFile(await this.path(name), `${JSON.stringify(value, null, 2)}\n`);
  }

  async writeText(name: string, text: string): Promise<void> {
    await writeFile(await this.path(name), text);
  }

  /** Replaces a step's result and removes what was made from the old one: after a new dataset all, always the reports. */
  async save(stage: Stage, result: StageResult): Promise<void> {
    await rm(join(this.dir, REPORTS), { force: true });
    for (const stale of stage === 'dataset' ? STAGES : [stage]) {
      await rm(join(this.dir, '.stages', stale), { recursive: true, force: true });
    }
    await writeBundle(join(this.dir, '.stages'), {
      modelVersion: stage,
      trainedAtMs: 0,
      source: {},
      counts: {},
      settings: { format: STAGE_FORMAT, json: result.json },
      featureNames: [],
      featureSetHash: '',
      tables: {},
      sections: result.sections,
      files: result.files,
    });
  }

  /** @throws NextItemError `stage_missing` that names the command to run first */
  async load(stage: Stage, command: string): Promise<StageResult> {
    const bundle = await openBundle(join(this.dir, '.stages', stage)).catch((error: unknown) => {
      if (error instanceof NextItemError && error.code === 'bundle_not_found') {
        throw new NextItemError(
          'stage_missing',
          `${this.dir} holds no result of the step ${command}`,
          `nextitem ${command}`,
        );
      }
      throw error;
    });
    const { format, json } = bundle.manifest.settings as unknown as { format: number; json: object };
    if (format !== STAGE_FORMAT) {
      throw new NextItemError(
        'stage_missing',
        `${this.dir} holds results of another version`,
        `nextitem ${command}`,
      );
    }
    return {
      sections: bundle.sections,
      json,
      files: Object.fromEntries(bundle.manifest.files.map(({ name }) => [name, bundle.text(name)!])),
    };
  }
}

/** The reports of the last evaluation in a workspace; none if it was not evaluated. */
export async function loadReports(workspace: Workspace): Promise<EvaluationReport[]> {
  const text = await readFile(join(workspace.dir, REPORTS), 'utf8').catch(() => '[]');
  return JSON.parse(text) as EvaluationReport[];
}

import { type Command } from 'commander';
import { existsSync } from 'node:fs';
import { openBundle } from '../bundle/open-bundle.js';
import { resolveVersion } from '../bundle/versions.js';
import { loadConfig } from '../config/load.js';
import { NextItemError } from '../errors.js';
import { featureLogFolder } from '../http/services.js';
import { createProgress } from '../observability/progress.js';
import { readFeatureLog } from '../recommend/feature-log.js';
import { openModel } from '../recommend/model.js';
import { replay, type ReplayModel, type ReplayResult } from '../training/replay.js';
import { artifactsFlag } from './folders.js';
import { run } from './run.js';

export function registerReplay(program: Command): void {
  program
    .command('replay')
    .summary('check that training and serving compute the same')
    .description(
      'Reads the feature log, asks every logged question again the way training does, and compares candidates, features ' +
        'and scores bit by bit. Ends with code 1 at any difference. The server writes the log with FEATURE_LOG=true.',
    )
    .option('--features <folder>', 'the feature log (default: the one of STATE_PATH)')
    .addOption(artifactsFlag())
    .action(
      run(async ({ signal, say }, flags: { features?: string; artifacts: string }) => {
        const folder = flags.features ?? featureLogFolder(loadConfig({ env: process.env }).statePath);
        if (!existsSync(folder)) {
          throw new NextItemError(
            'source_not_found',
            'there is no feature log; serve with FEATURE_LOG=true',
            folder,
          );
        }
        let damaged = 0;
        const progress = createProgress({ label: 'replay', total: 0, unit: 'recommendations' });
        const result = await replay(
          readFeatureLog(folder, () => damaged++),
          (version) => findModel(flags.artifacts, version),
          { signal, onProgress: progress.update.bind(progress) },
        );
        progress.finish();
        if (damaged > 0) say(`${damaged} damaged lines were left out`);
        console.log(describeReplay(result));
        if (result.replayed === 0) {
          throw new NextItemError('source_empty', 'no recommendation could be replayed', folder);
        }
        if (result.different > 0) process.exitCode = 1;
      }),
    );
}

/** The bundle of a version, or null if it is not here; a damaged one is an error. */
async function findModel(artifactsDir: string, version: string): Promise<ReplayModel | null> {
  try {
    const { dir } = await resolveVersion(artifactsDir, version);
    return openModel(await openBundle(dir));
  } catch (error) {
    if (error instanceof NextItemError && error.code === 'bundle_not_found') return null;
    throw error;
  }
}

function describeReplay(result: ReplayResult): string {
  const { replayed, different, first, candidates, features, withUnknownItems, withoutModel } = result;
  const number = (value: number) => value.toLocaleString('en');
  const lines = [
    `${number(replayed)} recommendations replayed, ${number(different)} differ ` +
      `(${number(candidates)} candidates and scores, ${number(features)} feature values; ` +
      `${number(withUnknownItems)} with items the model does not know)`,
  ];
  for (const [version, count] of Object.entries(withoutModel))
    lines.push(`${number(count)} left out: their model ${version} is not here`);
  if (first !== null) {
    lines.push(
      `first difference, recommendation ${first.recommendationId} of session ${first.sessionId}:`,
      `  ${first.what}: served ${first.served}, replayed ${first.replayed}`,
    );
  }
  return lines.join('\n');
}

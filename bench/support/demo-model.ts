import { join } from 'node:path';
import { runNextitem } from './server-process.js';

/** Trains the model that `npm start` trains on the simulated shop; returns its folder of bundles. */
export async function trainDemoModel(dir: string): Promise<string> {
  const artifacts = join(dir, 'artifacts');
  await runNextitem([
    'train',
    '--simulate',
    '--no-evaluate',
    '--artifacts',
    artifacts,
    '--work',
    join(dir, 'work'),
  ]);
  return artifacts;
}

/** Trains the smallest model that serves, without a ranker: for what does not look at the answers. */
export async function smallModel(dir: string): Promise<string> {
  const artifacts = join(dir, 'artifacts');
  await runNextitem(
    [
      'train',
      '--simulate',
      '--sim-items',
      '100',
      '--sim-events',
      '2000',
      '--no-evaluate',
      '--no-ranker',
    ].concat(['--artifacts', artifacts, '--work', join(dir, 'work')]),
  );
  return artifacts;
}

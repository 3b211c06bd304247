import { Command } from 'commander';
import dotenv from 'dotenv';
import { readFileSync } from 'node:fs';
import { registerBenchmark } from './benchmark.js';
import { registerErase } from './erase.js';
import { registerKey } from './key.js';
import { registerLightgbm } from './lightgbm.js';
import { registerModels } from './models.js';
import { registerReplay } from './replay.js';
import { fail } from './run.js';
import { registerServe } from './serve.js';
import { registerSimulate } from './simulate.js';
import { registerStart } from './start.js';
import { registerSteps } from './steps.js';
import { registerTrain } from './train.js';
import { registerTune } from './tune.js';

dotenv.config({ quiet: true });

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('nextitem')
  .description('Session-based product recommendations: train on your events, serve in milliseconds.')
  .version(version)
  .showHelpAfterError('(add --help for what it takes)')
  .addHelpText(
    'after',
    `
Start here:
  nextitem start                       a demo model and the server, in one go
  nextitem train --events clicks.csv   your own events
  nextitem serve                       answer on http://localhost:8000
`,
  );

registerStart(program);
registerServe(program);
registerTrain(program);
registerSteps(program);
registerSimulate(program);
registerBenchmark(program);
registerTune(program);
registerModels(program);
registerReplay(program);
registerErase(program);
registerKey(program);
registerLightgbm(program);

// The reader of a pipe may go before everything is written: `nextitem evaluate | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// Commands report their own errors; this is for those of their options, which are read before a command begins.
await program.parseAsync().catch(fail);

import { Command } from 'commander';
import dotenv from 'dotenv';
import { readFileSync } from 'node:fs';
import { FAMILIES } from './families.js';
import { fail } from './run.js';

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

// A server starts in a fraction of the time it takes to load what training, plots and the benchmark need.
const named = FAMILIES.find(({ commands }) => commands.includes(process.argv[2] ?? ''));
for (const { register } of named === undefined ? FAMILIES : [named]) (await register())(program);

// The reader of a pipe may go before everything is written: `nextitem evaluate | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// Commands report their own errors; this is for those of their options, which are read before a command begins.
await program.parseAsync().catch(fail);

import { type Command } from 'commander';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Config } from '../config/schema.js';
import { listBundles } from '../bundle/versions.js';
import { type CommandContext, run } from './run.js';
import { configOf, serve, serveFlags, type ServeFlags } from './serve.js';

export function registerStart(program: Command): void {
  const command = program
    .command('start')
    .summary('a demo model if there is none, then the server')
    .description(
      'Trains a demo model if there is no model yet, then serves it. The data: Olist if data/olist (or OLIST_DIR) holds its ' +
        'tables, else the built-in shop simulator.',
    );
  serveFlags(command).action(run(start));
}

async function start(context: CommandContext, flags: ServeFlags): Promise<void> {
  const config = configOf(flags);
  if (config.modelSource === null && (await listBundles(config.artifactsPath)).length === 0) {
    await trainDemo(config.artifactsPath, context);
  }
  await serve(config, context, ({ url }) => void welcome(url, config, context));
}

async function trainDemo(artifactsDir: string, context: CommandContext): Promise<void> {
  // Only the first start trains; the others need not wait for all of this to load.
  const { isOlistFolder } = await import('../data/olist.js');
  const { parseTrainFlags, train } = await import('./train.js');
  const { summariseReports } = await import('./reports.js');
  const { readSource } = await import('./source-options.js');
  const olist = process.env.OLIST_DIR ?? 'data/olist';
  const hasOlist = existsSync(olist) && (await isOlistFolder(olist));
  context.say(
    hasOlist
      ? `No model in ${artifactsDir} yet. Training one on Olist's orders from ${olist}, once.`
      : `No model in ${artifactsDir} yet. Training one on a simulated shop, once. (Olist's tables in data/olist would be used instead.)`,
  );
  // A demo is for today: a third of the usual examples costs a point of HR@20 and saves more than a minute.
  const source = hasOlist
    ? ['--olist', olist]
    : ['--simulate', '--max-queries', '5000', '--test-share', '0.05'];
  const flags = parseTrainFlags([
    ...source,
    '--artifacts',
    artifactsDir,
    '--work',
    join(artifactsDir, 'work'),
  ]);
  const { reports } = await train(await readSource(flags, context), flags, context);
  for (const line of summariseReports(reports)) context.say(`  ${line}`);
}

/** What to open, and a request to try with an item that the model knows. */
async function welcome(url: string, config: Config, { say }: CommandContext): Promise<void> {
  const answer = await fetch(`${url}/popular?k=1`);
  const { recommendations } = (await answer.json()) as { recommendations: { item_id: string }[] };
  const item = recommendations[0]?.item_id ?? 'some-item';
  const pages = config.webPages
    ? `  A shop to try: ${url}/    What stands behind each recommendation: ${url}/console\n`
    : '';
  say(`
  nextitem answers on ${url}
${pages}  The API with a form for each route: ${url}/docs

  Try it in another terminal: a shopper looks at an item, and asks what is next.

    curl -s ${url}/event -H 'content-type: application/json' \\
      -d '{"session_id":"me","item_id":"${item}","event_type":"view"}'
    curl -s ${url}/recommend -H 'content-type: application/json' -d '{"session_id":"me","k":5}'

  Ctrl-C stops it.
`);
}

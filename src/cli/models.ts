import { type Command } from 'commander';
import { join } from 'node:path';
import { installBundle } from '../bundle/install.js';
import { openBundle } from '../bundle/open-bundle.js';
import { publishBundle } from '../bundle/publish.js';
import { listBundles, resolveVersion } from '../bundle/versions.js';
import { createProgress } from '../observability/progress.js';
import { openModel } from '../recommend/model.js';
import { artifactsFlag } from './folders.js';
import { run, wholeNumber } from './run.js';
import { eventTypeCode, type EventType } from '../domain/event.js';
import { NextItemError } from '../errors.js';
import { type Session } from '../domain/session.js';
import { renderRecommendations } from './recommendation-table.js';

/** Commands about bundles: list, fetch, publish, and try one from the shell. */
export function registerModels(program: Command): void {
  program
    .command('models')
    .description('Lists the bundles that are here, the newest first.')
    .addOption(artifactsFlag())
    .action(
      run(async (_context, flags: { artifacts: string }) => {
        for (const version of await listBundles(flags.artifacts)) {
          const bundle = await openBundle(join(flags.artifacts, version)).catch((error: unknown) => {
            if (error instanceof NextItemError) return error;
            throw error;
          });
          if (bundle instanceof NextItemError) {
            console.log(`${version}  cannot be used: ${bundle.detail} [${bundle.code}]`);
            continue;
          }
          const { manifest } = bundle;
          const { items, sessions } = manifest.counts;
          const ranker =
            manifest.featureNames.length === 0
              ? 'item-to-item'
              : `ranker with ${manifest.featureNames.length} features`;
          console.log(
            `${version}  ${new Date(manifest.trainedAtMs).toISOString()}  ${items} items, ${sessions} sessions, ${ranker}`,
          );
        }
      }),
    );
  program
    .command('fetch')
    .description(
      'Fetches a bundle from a folder, an https:// address or an s3:// bucket, checks it and puts it into the folder of bundles.',
    )
    .argument('[version]', 'a version, or latest', 'latest')
    .requiredOption('--source <address>', 'where from (MODEL_SOURCE)', process.env.MODEL_SOURCE)
    .addOption(artifactsFlag())
    .action(
      run(async ({ signal }, version: string, flags: { source: string; artifacts: string }) => {
        const bar = byteProgress('fetch');
        const { dir } = await installBundle({
          version,
          source: flags.source,
          artifactsDir: flags.artifacts,
          signal,
          onProgress: bar.update,
        });
        bar.finish();
        console.log(dir);
      }),
    );
  program
    .command('publish')
    .description(
      'Publishes a bundle to a folder (for any static web server, or as release assets) or an s3:// bucket.',
    )
    .argument('[version]', 'a version, or latest', 'latest')
    .requiredOption('--target <address>', 'where to')
    .addOption(artifactsFlag())
    .action(
      run(async ({ signal }, version: string, flags: { target: string; artifacts: string }) => {
        const bar = byteProgress('publish');
        const published = await publishBundle({
          version,
          target: flags.target,
          artifactsDir: flags.artifacts,
          signal,
          onProgress: bar.update,
        });
        bar.finish();
        console.log(
          `${published.address}: ${published.entry.version}${published.uploaded ? '' : ' (was there already)'}, latest is ${published.latest}`,
        );
      }),
    );
  program
    .command('recommend')
    .description(
      'Asks a bundle from the shell, without a server.\n\nExample:\n  nextitem recommend 1042 2077:add_to_cart -k 10',
    )
    .argument('[items...]', 'what the session did, oldest first: item, or item:type')
    .option('-k <n>', 'how many', wholeNumber('-k', 1, 100), 10)
    .option('--model-version <version>', 'a version, or latest', 'latest')
    .option('--hide-viewed', 'leave out items of the session')
    .addOption(artifactsFlag())
    .action(
      run(
        async (
          _context,
          items: string[],
          flags: { k: number; modelVersion: string; hideViewed?: boolean; artifacts: string },
        ) => {
          const { dir } = await resolveVersion(flags.artifacts, flags.modelVersion);
          const recommender = openModel(await openBundle(dir));
          const answer = recommender.recommend(sessionOf(items), {
            k: flags.k,
            includeViewed: flags.hideViewed !== true,
          });
          console.log(renderRecommendations(answer.recommendations));
        },
      ),
    );
}

/** Ten seconds between events: the shell's shopper is real but quick. */
function sessionOf(items: readonly string[]): Session {
  const nowMs = Date.now();
  const events = items.map((text, i) => {
    const at = text.lastIndexOf(':');
    const type = at > 0 ? text.slice(at + 1) : 'view';
    const known = eventTypeCode(type) >= 0;
    if (at > 0 && !known && /^[a-z_]+$/.test(type)) {
      throw new NextItemError('invalid_option', `"${type}" is no event type`, 'items');
    }
    return {
      itemId: at > 0 && known ? text.slice(0, at) : text,
      eventType: (known ? type : 'view') as EventType,
      timestampMs: nowMs - (items.length - 1 - i) * 10_000,
    };
  });
  return { sessionId: 'shell', events, eventCount: events.length };
}

function byteProgress(label: string): { update(done: number, total: number | null): void; finish(): void } {
  let bar: ReturnType<typeof createProgress> | null = null;
  return {
    update(done, total) {
      bar ??= createProgress({ label, total: total ?? 0, unit: 'bytes' });
      bar.update(done);
    },
    finish: () => bar?.finish(),
  };
}

// Train from your own code: a CSV file in, a model out, and a first question to it.
//
//   node examples/library-train.mjs [events.csv] [folder for models]
//
// Here the file has the columns session_id, item_id, event_type and timestamp; name your own ones below. Public data
// sets need no mapping, and more formats are read. Without a file, a small simulated shop is trained on.
import {
  DEFAULT_TRAINING_SETTINGS,
  findLightgbm,
  openRecommender,
  openSource,
  runPipeline,
  simulateEventTable,
  versionOf,
} from 'nextitem';

const [file, artifactsDir = 'artifacts'] = process.argv.slice(2);
const { events } = file
  ? await openSource({
      kind: 'events',
      paths: [file],
      mapping: { columns: { session: 'session_id', item: 'item_id', type: 'event_type', time: 'timestamp' } },
    })
  : simulateEventTable({ items: 500, events: 20_000 });

const now = Date.now();
const { bundleDir } = await runPipeline(
  events,
  {
    settings: DEFAULT_TRAINING_SETTINGS,
    artifactsDir,
    workspace: null,
    modelVersion: versionOf(now),
    trainedAtMs: now,
    evaluation: { kind: 'stream' },
    serveTables: 'all',
    // Without LightGBM the model recommends item to item; "npx nextitem lightgbm install" builds the library.
    withRanker: findLightgbm() !== null,
    evaluate: false,
  },
  { onStep: (step) => console.log(step), onWarning: (warning) => console.log(warning) },
);
console.log(`wrote ${bundleDir}`);

const recommender = await openRecommender(artifactsDir);
const top = recommender.popular(3).map(({ itemId }) => itemId);
console.log(`most popular: ${top.join(', ')}`);

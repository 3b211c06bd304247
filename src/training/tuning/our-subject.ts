import { type EventTable } from '../../data/event-table.js';
import { NextItemError } from '../../errors.js';
import { rankerMethod } from '../../evaluation/methods.js';
import { flattenSettings } from '../../evaluation/tuning/flat-settings.js';
import { TuningQuestions } from '../../evaluation/tuning/questions.js';
import { type TunableMethod } from '../../evaluation/tuning/tunable-method.js';
import { Forest } from '../../ranking/forest.js';
import { SessionScorer } from '../../recommend/session-scorer.js';
import { type TableSet } from '../../tables/table-set.js';
import { needExamples } from '../dataset.js';
import { buildExamples, type ExampleSet } from '../examples.js';
import { trainRanker } from '../ranker.js';
import { type TrainingSettings } from '../settings.js';
import { type LabelBlock, splitByTime } from '../split.js';
import { tablesUntil } from '../tables-until.js';
import { OUR_SETTINGS, withOurSettings } from './our-settings.js';
import { OUR_SPACE } from './our-space.js';

/** A ranker that learns from fewer queries than this says little about its settings, however small the budget. */
const FEWEST_QUERIES = 1000;

/**
 * Our own pipeline as the tuner's subject, by the steps that train a bundle: tables up to the train block, examples, a
 * ranker; then the questions of the validation block with tables that end before it. The budget is the number of
 * training queries, besides the questions. A target that is not among the candidates is a miss. The ranker stops by
 * examples of the validation block, the same ones for all trials.
 */
export function ourSubject(base: TrainingSettings): TunableMethod {
  const tuned = Object.keys(OUR_SPACE);
  const current = { ...OUR_SETTINGS, ...flattenSettings(base) };
  return {
    name: 'nextitem',
    label: 'nextitem',
    // Only what is tuned: what is not named keeps its default, and may depend on the data.
    defaults: Object.fromEntries(tuned.map((name) => [name, current[name]!])),
    space: OUR_SPACE,
    prepare(data) {
      const { events } = data;
      const questions = new TuningQuestions(data);
      const split = splitByTime(events, base);
      let kept: { key: string; tables: TableSet[] } | null = null;

      /** Tables up to each block: kept from trial to trial while only other settings change. */
      const tablesOf = async (settings: TrainingSettings, signal?: AbortSignal): Promise<TableSet[]> => {
        const key = JSON.stringify(settings.tables);
        if (kept?.key === key) return kept.tables;
        kept = null;
        const tables: TableSet[] = [];
        for (const { start } of split.blocks)
          tables.push(await tablesUntil(events, start, split, settings, { signal }));
        kept = { key, tables };
        return tables;
      };

      return {
        async evaluate(flat, options) {
          const { share, signal } = options;
          const settings = withOurSettings(base, flat);
          const tables = await tablesOf(settings, signal);
          const sets: ExampleSet[] = [];
          for (const [n, block] of split.blocks.entries()) {
            signal?.throwIfAborted();
            const examples = await buildExamples(events, tables[n]!, block, {
              settings: budget(events, block, settings, share),
              retrieval: settings.retrieval,
              target: settings.target,
              seed: settings.seed * 1000 + n,
              signal,
            });
            if (examples.groupSizes.length === 0)
              throw new NextItemError('too_little_data', `no answer was found in the ${block.name} block`);
            sets.push(examples);
          }
          const examples = { train: sets[0]!, validation: sets[1]! };
          const dataset = { events, split, settings, examples };
          needExamples(dataset);
          const { modelText } = await trainRanker(dataset, { signal });
          const scorer = new SessionScorer(tables[1]!, settings.retrieval, Forest.parse(modelText));
          return questions.ask(rankerMethod(scorer), options);
        },
      };
    },
  };
}

function budget(
  { sessionOffsets }: EventTable,
  { start, end }: LabelBlock,
  { examples }: TrainingSettings,
  share: number,
): TrainingSettings['examples'] {
  // Next-item questions join those of a rarer target, so there are at least as many as prefixes.
  const available = sessionOffsets[end]! - sessionOffsets[start]! - (end - start);
  const full = Math.min(examples.maxQueries, available);
  const maxQueries = Math.min(full, Math.max(FEWEST_QUERIES, Math.round(share * full)));
  return { ...examples, maxQueries, maxRows: Math.ceil((examples.maxRows * maxQueries) / full) };
}

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
import { askLabels } from '../label-examples.js';
import { trainRanker } from '../ranker.js';
import { type TrainingSettings } from '../settings.js';
import { earlierSplit, type LabelBlock, splitByTime } from '../split.js';
import { tablesUntil } from '../tables-until.js';
import { OUR_SETTINGS, withOurSettings } from './our-settings.js';
import { OUR_SPACE } from './our-space.js';

/** A ranker that learns from fewer queries than this says little about its settings, however small the budget. */
const FEWEST_QUERIES = 1000;

/**
 * Our own pipeline as the tuner's subject, by the steps that train a bundle, one label block earlier: the block before the
 * last teaches and stops the ranker, and the last is asked with tables that end before it. The budget is the number of
 * training queries, besides the questions. A target that is not among the candidates is a miss.
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
      const whole = splitByTime(events, base);
      const split = earlierSplit(whole);
      const { testStart, labels } = split;
      let kept: { key: string; tables: TableSet[] } | null = null;

      /** Tables up to each of the two blocks: kept from trial to trial while only other settings change. */
      const tablesOf = async (settings: TrainingSettings, signal?: AbortSignal): Promise<TableSet[]> => {
        const key = JSON.stringify(settings.tables);
        if (kept?.key === key) return kept.tables;
        kept = null;
        const tables: TableSet[] = [];
        for (const end of [labels.start, testStart])
          tables.push(await tablesUntil(events, end, whole, settings, { signal }));
        kept = { key, tables };
        return tables;
      };

      return {
        async evaluate(flat, options) {
          const { share, signal } = options;
          const settings = withOurSettings(base, flat);
          const tables = await tablesOf(settings, signal);
          const asked = { ...settings, examples: budget(events, labels, settings, share) };
          const examples = await askLabels(events, tables[0]!, labels, asked, { signal });
          for (const [name, { groupSizes }] of Object.entries(examples))
            if (groupSizes.length === 0)
              throw new NextItemError('too_little_data', `no answer was found among the ${name} questions`);
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
  { start, validationStart }: LabelBlock,
  { examples }: TrainingSettings,
  share: number,
): TrainingSettings['examples'] {
  // Next-item questions join those of a rarer target, so there are at least as many as prefixes.
  const available = sessionOffsets[validationStart]! - sessionOffsets[start]! - (validationStart - start);
  const full = Math.min(examples.maxQueries, available);
  const maxQueries = Math.min(full, Math.max(FEWEST_QUERIES, Math.round(share * full)));
  return { ...examples, maxQueries, maxRows: Math.ceil((examples.maxRows * maxQueries) / full) };
}

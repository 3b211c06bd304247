/**
 * VMIS-kNN as implemented here on Serenade's example data, by the rules of Serenade's evaluator, beside what its README
 * prints. Serenade leaves items of equal score in the order of a hash table, so the faithful row is a mean over random
 * orders with its range; the other rows break ties against us. (Its choice among equally similar neighbours hangs on that
 * order too; here the more recent one is taken.)
 *
 * Run: npm run bench -- serenade
 */
import { join } from 'node:path';
import { Random } from '../src/domain/random.js';
import {
  evaluateSerenade,
  readSerenade,
  SERENADE_EVALUATIONS,
  SERENADE_PUBLISHED,
  SERENADE_SETTINGS,
  type SerenadeResult,
} from './support/serenade.js';

const ORDERS = 20;
const METRICS = Object.keys(SERENADE_PUBLISHED) as (keyof typeof SERENADE_PUBLISHED)[];

const data = await readSerenade(join(process.cwd(), '..', 'shared', 'data', 'serenade-toy'));
const random = new Random(1);
const orders = Array.from({ length: ORDERS }, () => evaluateSerenade(data, SERENADE_SETTINGS, random));

console.table({
  'as its README prints': { evaluations: SERENADE_EVALUATIONS, ...SERENADE_PUBLISHED },
  'ours, as Serenade, ties at random': {
    evaluations: orders[0]!.evaluations,
    ...Object.fromEntries(METRICS.map((name) => [name, range(orders.map(({ metrics }) => metrics[name]))])),
  },
  'ours, as Serenade, ties against us': row(evaluateSerenade(data)),
  'ours, without its quirks': row(evaluateSerenade(data, { ...SERENADE_SETTINGS, serenadeQuirks: false })),
  'ours, and the last item may be answered': row(
    evaluateSerenade(data, { ...SERENADE_SETTINGS, serenadeQuirks: false, answerLast: true }),
  ),
});

function range(values: number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return `${mean.toFixed(4)} (${Math.min(...values).toFixed(4)} to ${Math.max(...values).toFixed(4)})`;
}

function row({ evaluations, metrics, fitMs, p90QueryMs }: SerenadeResult) {
  return {
    evaluations,
    ...Object.fromEntries(METRICS.map((name) => [name, metrics[name].toFixed(4)])),
    'fit ms': Math.round(fitMs),
    'p90 query µs': Math.round(p90QueryMs * 1000),
  };
}

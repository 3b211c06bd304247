import { EvaluationAccumulator } from '../../src/metrics/accumulator.js';
import { comparePaired } from '../../src/metrics/bootstrap.js';
import { CalibrationCollector, softmax } from '../../src/metrics/calibration.js';
import { lorenzCurve, sharesByGroup } from '../../src/metrics/coverage.js';
import { type EvaluationReport } from '../../src/metrics/evaluation-report.js';
import { latencySummary } from '../../src/metrics/percentiles.js';
import { Random } from '../../src/domain/random.js';

/** A report with every optional part, computed by the real metrics from made-up lists whose quality differs by method. */
export function sampleReport(overrides: Partial<EvaluationReport> = {}): EvaluationReport {
  const itemCount = 400;
  const popularity = Float64Array.from({ length: itemCount }, (_, item) => Math.floor(2000 / (item + 1)));
  const cutoffs = [5, 10, 20];
  const kinds = [
    { name: 'popular', label: 'Popular', quality: 0.05 },
    { name: 'item_to_item', label: 'Item-to-item', quality: 0.4 },
    { name: 'ranker', label: 'Ranker', quality: 0.5 },
  ];
  const bucketLabels = ['1', '2', '3 or more'];
  const measured = kinds.map((kind, position) => {
    const random = new Random(7);
    const all = new EvaluationAccumulator({ itemCount, popularity });
    const buckets = bucketLabels.map(() => new EvaluationAccumulator({ itemCount, popularity }));
    for (let session = 0; session < 300; session++) {
      const length = 1 + random.below(5);
      const rest = Uint32Array.from({ length }, () => random.below(itemCount));
      for (let at = 0; at < length; at++) {
        const list = Uint32Array.from({ length: 20 }, (_, i) => (i * (position + 1) * 7 + at) % itemCount);
        const [draw, place] = [random.next(), random.below(20)];
        if (draw < kind.quality) list[Math.floor(place * (1 - kind.quality / 2))] = rest[at]!;
        for (const accumulator of [all, buckets[Math.min(at, 2)]!])
          accumulator.add(session, list, rest[at]!, rest.subarray(at));
      }
    }
    return { kind, all, boot: all.bootstrap({ resamples: 200 }), buckets };
  });
  const latencies = measured.map((_, i) => {
    const random = new Random(i + 1);
    return latencySummary(Array.from({ length: 500 }, () => (i + 1) * Math.exp(random.normal() * 0.5)));
  });
  const calibration = new CalibrationCollector(20);
  const random = new Random(11);
  for (let question = 0; question < 600; question++) {
    const scores = Float64Array.from({ length: 20 }, () => 2 * random.normal());
    const probability = softmax(scores, scores.length);
    calibration.add(
      question >> 1,
      scores.map(probability),
      20,
      random.below(30) < 20 ? random.below(20) : -1,
    );
  }
  const tiers = ['head: top 1%', 'middle: next 19%', 'tail: the rest'];
  const tierOf = (item: number) => (item < 4 ? 0 : item < 80 ? 1 : 2);
  const item = (number: number) => ({ name: `Walnut shelf ${number}`, category: 'furniture / shelves' });
  return {
    title: 'Evaluation on a sample',
    modelVersion: '20250301-120000',
    trainedAt: '2025-03-01T12:00:00.000Z',
    data: {
      source: 'sample',
      sessions: 3000,
      events: 12345,
      items: itemCount,
      testSessions: 300,
      testPrefixes: measured[0]!.all.prefixes,
    },
    protocol:
      'Sessions that end in the last week are test. Every prefix predicts the next item over the whole catalogue.',
    cutoffs,
    confidence: 0.95,
    methods: measured.map(({ kind, all, boot }) => ({
      name: kind.name,
      label: kind.label,
      ...all.result(boot),
    })),
    comparisons: ['HR@20', 'NDCG@10', 'MAP@20'].map((metric) => ({
      method: 'ranker',
      against: 'item_to_item',
      metric,
      ...comparePaired(measured[2]!.boot, measured[1]!.boot, metric),
    })),
    breakdowns: [
      {
        name: 'items already in the session',
        buckets: bucketLabels.map((label, b) => ({
          label,
          prefixes: measured[0]!.buckets[b]!.prefixes,
          perMethod: Object.fromEntries(
            measured.map(({ kind, buckets }) => [
              kind.name,
              buckets[b]!.result(buckets[b]!.bootstrap({ resamples: 200 })).metrics,
            ]),
          ),
        })),
      },
      {
        name: 'category of the next item',
        named: true,
        buckets: ['furniture / shelves', 'a category whose name is much longer than any chart is wide'].map(
          (label, b) => ({
            label,
            prefixes: 100 * (b + 1),
            perMethod: { ranker: { 'HR@20': { mean: 0.5, low: 0.4, high: 0.6 } } },
          }),
        ),
      },
    ],
    ceilings: {
      depths: [10, 20],
      sources: { next: [0.3, 0.4], walk: [0.2, 0.5], nothing: [0, 0] },
      union: [0.4, 0.6],
      served: { recall: 0.7, meanCandidates: 123.4 },
    },
    calibration: calibration.result(),
    exposure: {
      k: 20,
      tiers,
      catalogue: sharesByGroup(new Uint8Array(itemCount).fill(1), tierOf, 3),
      answers: [0.2, 0.5, 0.3],
      methods: Object.fromEntries(
        measured.map(({ kind, all }) => [
          kind.name,
          {
            tiers: sharesByGroup(all.shownCounts(20), tierOf, 3),
            lorenz: lorenzCurve(all.shownCounts(20), 20),
          },
        ]),
      ),
    },
    outcomes: [
      {
        outcome: 'shown',
        share: 0.5,
        examples: [
          {
            known: [{ ...item(1), event: 'add_to_cart' }],
            earlier: 3,
            right: item(2),
            answered: [item(3), { ...item(2), isRight: true }],
            rank: 2,
            candidates: 150,
            sources: [
              { source: 'next', rank: 1 },
              { source: 'walk', rank: 4 },
            ],
          },
        ],
      },
      { outcome: 'ranked too low', share: 0.2, examples: [] },
      {
        outcome: 'not found',
        share: 0.3,
        examples: [
          {
            known: [{ name: 'Item 7', category: null, event: 'view' }],
            earlier: 0,
            right: item(9),
            answered: [item(3)],
            rank: null,
            candidates: 90,
            sources: [],
          },
        ],
      },
    ],
    notes: ['Items never seen in training were dropped from the test sessions.'],
    reachableBest: { 'HR@20': 0.6, 'NDCG@10': 0.4 },
    latency: Object.fromEntries(measured.map(({ kind }, i) => [kind.name, latencies[i]!])),
    featureImportance: Array.from({ length: 40 }, (_, i) => ({
      feature: `covisitation_last_${i}`,
      gain: 1000 / (i + 1),
    })),
    learningCurve: {
      metric: 'NDCG@20 on the validation block',
      bestRound: 90,
      series: [
        {
          label: 'validation',
          points: Array.from({ length: 120 }, (_, i) => ({
            round: i + 1,
            value: 0.4 - 0.1 * Math.exp(-i / 20),
          })),
        },
      ],
    },
    ...overrides,
  };
}

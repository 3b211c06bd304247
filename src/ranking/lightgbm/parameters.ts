/**
 * How the ranker is trained. The defaults began where the winners of the OTTO competition did and were then simplified on the
 * validation blocks of Diginetica and Yoochoose 1/64: fewer and larger leaves and a third of the features per tree lose
 * nothing and overfit less; the objective makes no difference beyond noise.
 */
export interface RankerParameters {
  /** `lambdarank` learns the order inside each query and helps MRR and NDCG; `binary` learns each row alone, and helps recall. */
  readonly objective: 'lambdarank' | 'binary';
  /** At most this many trees. */
  readonly rounds: number;
  /** Stop when the validation metric has not improved for this many rounds; 0 never stops early. */
  readonly earlyStoppingRounds: number;
  /** LightGBM's metric on the validation data, higher is better; also used to stop early unless a custom one is given. */
  readonly metric: 'ndcg' | 'map' | 'auc';
  /** The k of ndcg@k and map@k. */
  readonly metricAt: number;
  readonly learningRate: number;
  /** Leaves per tree at most. */
  readonly leaves: number;
  /** Rows a leaf must hold at least. Lower it for small data: a tree needs twice this many rows to split once. */
  readonly minDataInLeaf: number;
  /** Share of the features drawn for each tree, (0, 1]. */
  readonly featureFraction: number;
  /** Share of the rows drawn for each tree, (0, 1]. */
  readonly baggingFraction: number;
  readonly lambdaL2: number;
  /** lambdarank looks at pairs whose better row is among this many best ones: a little above the k that is served. */
  readonly lambdarankTruncationLevel: number;
  /** Histogram bins per feature, 2..65535. */
  readonly maxBins: number;
  /** Names of features whose values are category codes (whole numbers from 0) and are split by sets instead of by size. */
  readonly categoricalFeatures: readonly string[];
  /** Seed of everything LightGBM draws. */
  readonly seed: number;
  /** Threads used. The trees do not depend on it. */
  readonly threads: number;
}

export const DEFAULT_RANKER_PARAMETERS: RankerParameters = {
  objective: 'lambdarank',
  rounds: 200,
  earlyStoppingRounds: 50,
  metric: 'ndcg',
  metricAt: 20,
  learningRate: 0.05,
  leaves: 31,
  minDataInLeaf: 300,
  featureFraction: 0.3,
  baggingFraction: 0.8,
  lambdaL2: 5,
  lambdarankTruncationLevel: 25,
  maxBins: 255,
  categoricalFeatures: [],
  seed: 1,
  threads: 2,
};

/** The name LightGBM gives to the validation metric: `ndcg@20`, `auc`. */
export function metricName(parameters: RankerParameters): string {
  return parameters.metric === 'auc' ? 'auc' : `${parameters.metric}@${parameters.metricAt}`;
}

/**
 * The parameters in LightGBM's own words, `key=value` separated by spaces.
 *
 * Histograms are built column-wise: then each feature's sums are made by one thread in row order, and with
 * `deterministic` the trees are the same to the bit for any number of threads. (Row-wise, partial sums are added up
 * per thread, and the last bits depend on how many there are.)
 */
export function toLightgbmParameters(parameters: RankerParameters, featureNames: readonly string[]): string {
  const values: Record<string, string | number> = {
    objective: parameters.objective,
    metric: parameters.metric,
    eval_at: parameters.metricAt,
    learning_rate: parameters.learningRate,
    num_leaves: parameters.leaves,
    min_data_in_leaf: parameters.minDataInLeaf,
    feature_fraction: parameters.featureFraction,
    bagging_fraction: parameters.baggingFraction,
    bagging_freq: parameters.baggingFraction < 1 ? 1 : 0,
    lambda_l2: parameters.lambdaL2,
    lambdarank_truncation_level: parameters.lambdarankTruncationLevel,
    max_bin: parameters.maxBins,
    seed: parameters.seed,
    num_threads: parameters.threads,
    deterministic: 'true',
    force_col_wise: 'true',
    verbosity: -1,
  };
  if (parameters.categoricalFeatures.length > 0) {
    values['categorical_feature'] = parameters.categoricalFeatures
      .map((name) => featureNames.indexOf(name))
      .join(',');
  }
  return Object.entries(values)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}

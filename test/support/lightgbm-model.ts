import { type Random } from '../../src/domain/random.js';

/** LightGBM's zero: values this close to 0 count as 0. */
export const ZERO = Math.fround(1e-35);

/** A tree of LightGBM's text model, field by field, before it is written down. */
export interface TreeText {
  splitFeature: number[];
  threshold: (number | string)[];
  decisionType: number[];
  leftChild: number[];
  rightChild: number[];
  leafValue: number[];
  /** Sets of category codes, by the number that a categorical split has for a threshold. */
  sets?: number[][];
}

/** Writes trees down as LightGBM 4.1 does. */
export function modelText(featureCount: number, trees: readonly TreeText[]): string {
  const blocks = trees.map((tree, index) => treeText(tree, index));
  const names = Array.from({ length: featureCount }, (_, feature) => `f${feature}`);
  return [
    ...['tree', 'version=v4', 'num_class=1', 'num_tree_per_iteration=1', 'label_index=0'],
    ...[`max_feature_idx=${featureCount - 1}`, 'objective=lambdarank', `feature_names=${names.join(' ')}`],
    ...[
      `feature_infos=${names.map(() => '[-1:1]').join(' ')}`,
      `tree_sizes=${blocks.map((block) => block.length).join(' ')}`,
    ],
    ...[
      '',
      `${blocks.join('')}end of trees`,
      '',
      'feature_importances:',
      'f0=1',
      '',
      'parameters:',
      '[objective: lambdarank]',
      'end of parameters',
      '',
    ],
  ].join('\n');
}

function treeText(tree: TreeText, index: number): string {
  const sets = (tree.sets ?? []).map((codes) => {
    const words = new Uint32Array(Math.floor(Math.max(0, ...codes) / 32) + 1);
    for (const code of codes) words[code >>> 5]! |= 1 << (code & 31);
    return [...words];
  });
  const boundaries = sets.reduce((ends, words) => [...ends, ends.at(-1)! + words.length], [0]);
  const zeros = tree.splitFeature.map(() => 0).join(' ');
  return [
    ...[`Tree=${index}`, `num_leaves=${tree.leafValue.length}`, `num_cat=${sets.length}`],
    ...[
      `split_feature=${tree.splitFeature.join(' ')}`,
      `split_gain=${zeros}`,
      `threshold=${tree.threshold.map(digits).join(' ')}`,
    ],
    ...[
      `decision_type=${tree.decisionType.join(' ')}`,
      `left_child=${tree.leftChild.join(' ')}`,
      `right_child=${tree.rightChild.join(' ')}`,
    ],
    `leaf_value=${tree.leafValue.map(digits).join(' ')}`,
    `leaf_count=${tree.leafValue.map((_, leaf) => rowsAt(tree, ~leaf)).join(' ')}`,
    `internal_count=${tree.splitFeature.map((_, node) => rowsAt(tree, node)).join(' ')}`,
    ...(sets.length === 0
      ? []
      : [`cat_boundaries=${boundaries.join(' ')}`, `cat_threshold=${sets.flat().join(' ')}`]),
    ...['is_linear=0', 'shrinkage=1', '', '', ''],
  ].join('\n');
}

/** How many rows came to a node: one to the first leaf, two to the second, and so on. */
export function rowsAt(tree: TreeText, node: number): number {
  return node < 0 ? ~node + 1 : rowsAt(tree, tree.leftChild[node]!) + rowsAt(tree, tree.rightChild[node]!);
}

function digits(value: number | string): string {
  if (value === Infinity) return 'inf';
  if (value === -Infinity) return '-inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Thresholds and values where mistakes hide: around zero, beyond all numbers, and none. */
const AWKWARD = [
  0,
  -0,
  1e-36,
  -1e-36,
  ZERO,
  -ZERO,
  2e-35,
  -2e-35,
  5e-324,
  Infinity,
  -Infinity,
  1,
  -1,
  31,
  32,
  63.9,
  -0.5,
  3e9,
  1e300,
];

/** A value for a feature: often an awkward one or NaN, else anything in -5..70 with few distinct values. */
export function randomValue(random: Random): number {
  const kind = random.below(10);
  if (kind === 0) return NaN;
  if (kind < 5) return AWKWARD[random.below(AWKWARD.length)]!;
  return random.below(150) / 2 - 5;
}

/** Trees grown leaf by leaf like LightGBM's, with every kind of split it knows. */
export function randomTrees(
  random: Random,
  count: number,
  featureCount: number,
  leaves: number,
  randomThreshold: (random: Random) => number = randomValue,
): TreeText[] {
  return Array.from({ length: count }, () => {
    const tree: Required<TreeText> = {
      splitFeature: [],
      threshold: [],
      decisionType: [],
      leftChild: [],
      rightChild: [],
      leafValue: [],
      sets: [],
    };
    tree.leafValue.push(random.normal());
    const size = 1 + random.below(leaves);
    for (let node = 0; node + 1 < size; node++) {
      const leaf = random.below(tree.leafValue.length);
      for (const children of [tree.leftChild, tree.rightChild]) {
        const at = children.indexOf(~leaf);
        if (at >= 0) children[at] = node;
      }
      tree.leftChild.push(~leaf);
      tree.rightChild.push(~tree.leafValue.length);
      tree.leafValue.push(random.normal());
      tree.splitFeature.push(random.below(featureCount));
      if (random.below(4) === 0) {
        tree.decisionType.push(1 | (random.below(3) << 2));
        tree.threshold.push(tree.sets.length);
        tree.sets.push(Array.from({ length: 1 + random.below(8) }, () => random.below(100)));
      } else {
        tree.decisionType.push((random.below(2) << 1) | (random.below(3) << 2));
        const threshold = randomThreshold(random);
        tree.threshold.push(Number.isNaN(threshold) ? 0.25 : threshold);
      }
    }
    return tree;
  });
}

/** A 32-bit float on or next to a number: the nearest one, or a neighbour of it. */
export function roundedBesides(random: Random, x: number): number {
  const float = Float32Array.of(x);
  const bits = new Int32Array(float.buffer);
  if (Number.isFinite(x) && x !== 0) bits[0]! += random.below(3) - 1;
  return float[0]!;
}

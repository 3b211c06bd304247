import { describe, expect, it } from 'vitest';
import { NextItemError } from '../../../src/errors.js';
import { parseForestModel } from '../../../src/ranking/forest-model.js';
import { modelText } from '../../support/lightgbm-model.js';

const GOOD = modelText(2, [
  {
    splitFeature: [0, 1],
    threshold: [0.5, 0],
    decisionType: [2, 1],
    leftChild: [1, -1],
    rightChild: [-3, -2],
    leafValue: [1, 2, 4],
    sets: [[1, 33]],
  },
]);

/** The model with one piece of text replaced; fails if the piece is not there. */
function changed(from: string, to: string): string {
  expect(GOOD).toContain(from);
  return GOOD.replace(from, to);
}

function refusal(text: string): string {
  try {
    parseForestModel(text);
  } catch (error) {
    expect(error).toBeInstanceOf(NextItemError);
    expect((error as NextItemError).code).toBe('invalid_ranker');
    return (error as NextItemError).message;
  }
  throw new Error('the model was not refused');
}

describe('parseForestModel', () => {
  it('reads features, splits, leaves and category sets', () => {
    const { featureNames, trees } = parseForestModel(GOOD);
    expect(featureNames).toEqual(['f0', 'f1']);
    expect(trees).toHaveLength(1);
    expect([...trees[0]!.threshold]).toEqual([0.5, 0]);
    expect([...trees[0]!.leafValue]).toEqual([1, 2, 4]);
    expect([...trees[0]!.categoryBits]).toEqual([2, 2]);
  });

  it('reads carriage returns, models without tree_sizes, and what Python appends', () => {
    expect(parseForestModel(GOOD.replaceAll('\n', '\r\n')).trees).toHaveLength(1);
    expect(
      parseForestModel(GOOD.replace(/tree_sizes=.*\n/, '') + '\npandas_categorical:[]\n').trees,
    ).toHaveLength(1);
  });

  it('does not mind an objective it has never heard of', () => {
    expect(
      parseForestModel(changed('objective=lambdarank', 'objective=something_new alpha:2')).trees,
    ).toHaveLength(1);
  });

  it.each([
    ['nothing', () => '', 'does not begin with the line "tree"'],
    ['another format', () => '{"name":"tree"}', 'does not begin with the line "tree"'],
    [
      'several outputs',
      () => changed('num_tree_per_iteration=1', 'num_tree_per_iteration=3'),
      '3 outputs per row',
    ],
    [
      'a wrong number of names',
      () => changed('feature_names=f0 f1', 'feature_names=f0'),
      'names 1 features and has 2',
    ],
    [
      'an absurd number of features',
      () => changed('max_feature_idx=1', 'max_feature_idx=1e15'),
      'max_feature_idx',
    ],
    ['a missing tree', () => changed('Tree=0', 'Tree=1'), 'expected "Tree=0"'],
    [
      'fewer trees than announced',
      () => GOOD.replace(/tree_sizes=\d+/, '$& 99'),
      'announces 2 trees and has 1',
    ],
    [
      'no trees',
      () => GOOD.replace(/Tree=0[^]*end of trees/, 'end of trees').replace(/tree_sizes=.*\n/, ''),
      'no trees',
    ],
    ['linear leaves', () => changed('is_linear=0', 'is_linear=1'), 'train without linear_tree'],
    [
      'an absurd number of leaves',
      () => changed('num_leaves=3', 'num_leaves=999999999999'),
      'is not a count',
    ],
    [
      'more leaves than values',
      () => changed('num_leaves=3', 'num_leaves=9000000'),
      '3 numbers where 9000000 belong',
    ],
    ['no leaves', () => changed('num_leaves=3', 'num_leaves=0'), 'no leaves'],
    ['a missing field', () => changed('threshold=0.5 0\n', ''), 'threshold is missing'],
    ['a huge number', () => changed('leaf_value=1 2 4', 'leaf_value=1 2 1e999'), '"1e999" is not a number'],
    [
      'an infinite leaf',
      () => changed('leaf_value=1 2 4', 'leaf_value=1 2 inf'),
      'characters that belong to no number',
    ],
    [
      'a threshold that is no number',
      () => changed('threshold=0.5 0', 'threshold=nan 0'),
      'characters that belong to no number',
    ],
    [
      'hexadecimal',
      () => changed('leaf_value=1 2 4', 'leaf_value=1 2 0x4'),
      'characters that belong to no number',
    ],
    ['an empty number', () => changed('leaf_value=1 2 4', 'leaf_value=1  4'), 'is not a number'],
    [
      'a fraction for an index',
      () => changed('split_feature=0 1', 'split_feature=0 0.5'),
      '"0.5" is not a number that can stand here',
    ],
    ['an index beyond 32 bits', () => changed('left_child=1 -1', 'left_child=4294967297 -1'), '"4294967297"'],
    ['an unknown feature', () => changed('split_feature=0 1', 'split_feature=0 2'), 'feature 2 of 2'],
    ['a negative feature', () => changed('split_feature=0 1', 'split_feature=0 -1'), 'feature -1 of 2'],
    ['an unknown decision', () => changed('decision_type=2 1', 'decision_type=2 13'), 'decision_type 13'],
    ['a node that is its own child', () => changed('left_child=1 -1', 'left_child=0 -1'), 'reached twice'],
    ['a cycle', () => changed('left_child=1 -1', 'left_child=1 0'), 'reached twice'],
    ['a shared leaf', () => changed('right_child=-3 -2', 'right_child=-3 -1'), 'reached twice'],
    ['nodes out of reach', () => changed('left_child=1 -1', 'left_child=-1 -1'), 'not reached from the root'],
    [
      'a child that does not exist',
      () => changed('left_child=1 -1', 'left_child=7 -1'),
      'child 7, which does not exist',
    ],
    [
      'a leaf that does not exist',
      () => changed('right_child=-3 -2', 'right_child=-9 -2'),
      'child -9, which does not exist',
    ],
    ['an unknown category set', () => changed('threshold=0.5 0', 'threshold=0.5 1'), 'category set 1 of 1'],
    [
      'falling set boundaries',
      () => changed('cat_boundaries=0 2', 'cat_boundaries=0 -2'),
      'numbers where -2 belong',
    ],
    [
      'set boundaries that do not begin at 0',
      () => changed('cat_boundaries=0 2', 'cat_boundaries=1 2'),
      'do not rise from 0',
    ],
    [
      'missing category bits',
      () => changed('cat_threshold=2 2', 'cat_threshold=2'),
      '1 numbers where 2 belong',
    ],
  ])('refuses %s', (_, text, message) => {
    expect(refusal(text())).toContain(message);
  });

  it('refuses every text that is cut off before the end of the trees', () => {
    const end = GOOD.indexOf('end of trees') + 'end of trees'.length;
    for (let length = 0; length < end; length++) expect(refusal(GOOD.slice(0, length))).not.toBe('');
    expect(refusal(GOOD.slice(0, end - 1))).toContain('end of trees');
  });
});

import { NextItemError } from '../errors.js';

/** One tree of LightGBM's text model, as written there. Inner nodes are 0.., the root is 0; a child below 0 is leaf `~child`. */
export interface TreeModel {
  /** [leaves] */
  readonly leafValue: Float64Array;
  /** [leaves - 1] feature index */
  readonly splitFeature: Int32Array;
  /** [leaves - 1] values up to this go left; at categorical splits the index of a set in {@link categoryBoundaries} */
  readonly threshold: Float64Array;
  /** [leaves - 1] bit 0 categorical, bit 1 missing values go left, bits 2..3 what is missing: 0 nothing, 1 zero, 2 NaN */
  readonly decisionType: Int32Array;
  readonly leftChild: Int32Array;
  readonly rightChild: Int32Array;
  /** [sets + 1] where each set of categories starts in {@link categoryBits}; empty without categorical splits */
  readonly categoryBoundaries: Int32Array;
  /** Bit sets, 32 categories a word: the categories that go left. */
  readonly categoryBits: Uint32Array;
  /** How many training rows came to each node; null unless they were asked for. */
  readonly counts: TreeCounts | null;
}

export interface TreeCounts {
  /** [leaves - 1] */
  readonly inner: Int32Array;
  /** [leaves] */
  readonly leaves: Int32Array;
}

export interface ForestModel {
  readonly featureNames: readonly string[];
  readonly trees: readonly TreeModel[];
}

const CATEGORICAL = 1;
const MISSING_NAN = 2;
/** More than any ranker has; keeps a hostile header from asking for gigabytes. */
const MOST_FEATURES = 100_000;

/**
 * Reads LightGBM's text model (versions 2 to 4, one output) and checks all of it: counts, number syntax, ranges, and
 * that the children of every tree form a tree. What follows "end of trees" (importances, parameters) is not read.
 *
 * @param withCounts read {@link TreeModel.counts} too, which scores do not need
 * @throws NextItemError `invalid_ranker`, naming the tree and what is wrong with it
 */
export function parseForestModel(text: string, { withCounts = false } = {}): ForestModel {
  const lines = new Lines(text);
  if (lines.next() !== 'tree') refuse('it does not begin with the line "tree"');
  const header = new Map<string, string>();
  let line = lines.next();
  for (; line !== null && !line.startsWith('Tree=') && line !== 'end of trees'; line = lines.next()) {
    const [key, value] = cut(line);
    header.set(key, value);
  }
  const classes = header.get('num_tree_per_iteration') ?? header.get('num_class') ?? '';
  if (classes !== '1')
    refuse(
      `it has ${classes || 'an unknown number of'} outputs per row; a ranker has 1`,
      'num_tree_per_iteration',
    );
  const featureNames = readFeatureNames(header);
  const trees: TreeModel[] = [];
  while (line !== null && line !== 'end of trees') {
    if (line !== `Tree=${trees.length}`)
      refuse(`expected "Tree=${trees.length}", found "${line.slice(0, 40)}"`);
    const fields = new Map<string, string>();
    for (
      line = lines.next();
      line !== null && !line.startsWith('Tree=') && line !== 'end of trees';
      line = lines.next()
    ) {
      const [key, value] = cut(line);
      fields.set(key, value);
    }
    trees.push(readTree(`tree ${trees.length}`, fields, featureNames.length, withCounts));
  }
  if (line === null) refuse('it is cut off: the line "end of trees" is missing');
  const announced = header.get('tree_sizes');
  if (announced !== undefined) {
    const count = announced === '' ? 0 : announced.split(' ').length;
    if (count !== trees.length) refuse(`it announces ${count} trees and has ${trees.length}`, 'tree_sizes');
  }
  if (trees.length === 0) refuse('it has no trees');
  return { featureNames, trees };
}

function readFeatureNames(header: ReadonlyMap<string, string>): string[] {
  const count = Number(header.get('max_feature_idx') ?? NaN) + 1;
  if (!(Number.isInteger(count) && count >= 1 && count <= MOST_FEATURES)) {
    refuse(`"${header.get('max_feature_idx') ?? ''}" is not the index of a last feature`, 'max_feature_idx');
  }
  const names = (header.get('feature_names') ?? '').split(' ');
  if (names.length !== count) refuse(`it names ${names.length} features and has ${count}`, 'feature_names');
  return names;
}

function readTree(
  name: string,
  fields: ReadonlyMap<string, string>,
  features: number,
  withCounts: boolean,
): TreeModel {
  const get = (key: string): string => fields.get(key) ?? refuse(`${key} is missing`, name);
  if ((fields.get('is_linear') ?? '0') !== '0') {
    refuse(
      'it has linear models in its leaves (linear_tree), which are not supported; train without linear_tree',
      name,
    );
  }
  const leaves = count(get('num_leaves'), `${name}, num_leaves`);
  if (leaves < 1) refuse('it has no leaves', name);
  const sets = count(get('num_cat'), `${name}, num_cat`);
  const leafValue = readNumbers(get('leaf_value'), leaves, `${name}, leaf_value`, Float64Array);
  const inner = leaves - 1;
  const readInts = (key: string, length: number): Int32Array =>
    readNumbers(length === 0 ? '' : get(key), length, `${name}, ${key}`, Int32Array);
  const boundaries = readInts('cat_boundaries', sets === 0 || inner === 0 ? 0 : sets + 1);
  const words = boundaries[boundaries.length - 1] ?? 0;
  const tree: TreeModel = {
    leafValue,
    splitFeature: readInts('split_feature', inner),
    threshold: readNumbers(
      inner === 0 ? '' : get('threshold'),
      inner,
      `${name}, threshold`,
      Float64Array,
      INFINITIES,
    ),
    decisionType: fields.has('decision_type') ? readInts('decision_type', inner) : new Int32Array(inner),
    leftChild: readInts('left_child', inner),
    rightChild: readInts('right_child', inner),
    categoryBoundaries: boundaries,
    categoryBits: readNumbers(
      words === 0 ? '' : get('cat_threshold'),
      words,
      `${name}, cat_threshold`,
      Uint32Array,
    ),
    counts: withCounts
      ? {
          inner: readInts('internal_count', inner),
          leaves: readNumbers(
            inner === 0 ? '0' : get('leaf_count'),
            leaves,
            `${name}, leaf_count`,
            Int32Array,
          ),
        }
      : null,
  };
  for (let set = 0; set < boundaries.length; set++) {
    const rises = set === 0 ? boundaries[0] === 0 : boundaries[set]! >= boundaries[set - 1]!;
    if (!rises) refuse('cat_boundaries do not rise from 0', name);
  }
  checkSplits(name, tree, features, sets);
  checkShape(name, tree);
  checkCounts(name, tree);
  return tree;
}

function checkSplits(name: string, tree: TreeModel, features: number, sets: number): void {
  for (let node = 0; node < tree.splitFeature.length; node++) {
    const feature = tree.splitFeature[node]!;
    if (feature < 0 || feature >= features)
      refuse(`node ${node} splits on feature ${feature} of ${features}`, name);
    const decision = tree.decisionType[node]!;
    if (decision < 0 || decision >> 2 > MISSING_NAN)
      refuse(`node ${node} has the unknown decision_type ${decision}`, name);
    if ((decision & CATEGORICAL) === 0) continue;
    const set = tree.threshold[node]!;
    if (!(Number.isInteger(set) && set >= 0 && set < sets))
      refuse(`node ${node} splits by category set ${set} of ${sets}`, name);
  }
}

/** Every inner node and every leaf must be reached from the root exactly once: no cycles, nothing shared or lost. */
function checkShape(name: string, tree: TreeModel): void {
  const inner = tree.leftChild.length;
  if (inner === 0) return;
  const seen = new Uint8Array(2 * inner + 1); // inner nodes, then leaves
  const pending = [0];
  let reached = 0;
  while (pending.length > 0) {
    const node = pending.pop()!;
    const place = node >= 0 ? node : inner + ~node;
    if (node >= inner || place > 2 * inner)
      refuse(`a node has the child ${node}, which does not exist`, name);
    if (seen[place] === 1) refuse(`child ${node} is reached twice: the nodes do not form a tree`, name);
    seen[place] = 1;
    reached++;
    if (node >= 0) pending.push(tree.rightChild[node]!, tree.leftChild[node]!);
  }
  if (reached !== seen.length) refuse('some of its nodes are not reached from the root', name);
}

/** Every split has rows, and as many as its children together. */
function checkCounts(name: string, { counts, leftChild, rightChild }: TreeModel): void {
  if (counts === null) return;
  const rowsOf = (node: number) => (node >= 0 ? counts.inner[node]! : counts.leaves[~node]!);
  for (let node = 0; node < leftChild.length; node++) {
    const [left, right] = [rowsOf(leftChild[node]!), rowsOf(rightChild[node]!)];
    if (left < 0 || right < 0 || rowsOf(node) <= 0 || left + right !== rowsOf(node))
      refuse(`node ${node} has ${rowsOf(node)} rows and its children ${left} and ${right}`, name);
  }
}

function count(text: string, where: string): number {
  const value = /^\d{1,7}$/.test(text) ? Number(text) : NaN;
  return Number.isNaN(value) ? refuse(`"${text.slice(0, 40)}" is not a count`, where) : value;
}

/** A threshold of infinity splits the known values from NaN; only thresholds may be infinite. */
const INFINITIES: ReadonlyMap<string, number> = new Map([
  ['inf', Infinity],
  ['-inf', -Infinity],
]);

/** Numbers separated by single blanks; each must survive the array's type unchanged, and be finite unless told. */
function readNumbers<T extends Float64Array | Int32Array | Uint32Array>(
  text: string,
  length: number,
  where: string,
  type: new (length: number) => T,
  infinities?: ReadonlyMap<string, number>,
): T {
  const tokens = text === '' ? [] : text.split(' ');
  if (tokens.length !== length) refuse(`${tokens.length} numbers where ${length} belong`, where);
  // One look at the whole line keeps out what Number() would take for a number besides these: hexadecimal and the like.
  if (!(infinities === undefined ? /^[-+.\deE ]*$/ : /^[-+.\deEinf ]*$/).test(text))
    refuse('it has characters that belong to no number', where);
  const values = new type(length);
  for (let i = 0; i < length; i++) {
    const token = tokens[i]!;
    const infinite = infinities?.get(token);
    const value = infinite ?? (token === '' ? NaN : Number(token));
    values[i] = value;
    if (values[i] !== value || (infinite === undefined && !Number.isFinite(value))) {
      refuse(`"${token.slice(0, 40)}" is not a number that can stand here`, where);
    }
  }
  return values;
}

function cut(line: string): [string, string] {
  const at = line.indexOf('=');
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
}

function refuse(what: string, where?: string): never {
  throw new NextItemError('invalid_ranker', what, where);
}

/** The lines of a text that are not empty, without copying the text first. */
class Lines {
  private at = 0;

  constructor(private readonly text: string) {}

  next(): string | null {
    while (this.at < this.text.length) {
      let end = this.text.indexOf('\n', this.at);
      if (end < 0) end = this.text.length;
      const line = this.text.slice(this.at, end).trim();
      this.at = end + 1;
      if (line !== '') return line;
    }
    return null;
  }
}

import { type Random } from '../../domain/random.js';
import { LEAF_VARIANTS, LEAVES } from './taxonomy.js';

/** What the shop sells, by category number. */
export interface Categories {
  readonly count: number;
  /** Full names: `Baby / Prams`, in large shops `Baby / Prams / Compact`. */
  readonly names: readonly string[];
  /** [categories] index into LEAVES. */
  readonly leaf: Uint16Array;
  /** [categories] index into {@link departments}. */
  readonly department: Uint8Array;
  readonly departments: readonly string[];
  /** [categories] share of needs that are for this category before drift; they sum to 1. */
  readonly needShare: Float64Array;
  /** [categories] how many items each has. */
  readonly sizes: Uint32Array;
  /** By category: categories that complete it, the most needed first, 1 to {@link MAX_COMPLEMENTS}, never itself. */
  readonly complements: readonly Uint16Array[];
}

export const MAX_COMPLEMENTS = 3;

/** Share of each of a category's complements, by how many it has. */
export const COMPLEMENT_SHARE: readonly (readonly number[])[] = [[], [1], [0.6, 0.4], [0.5, 0.3, 0.2]];

/** 32 categories for 1,000 items, 42 for 2,000, 80 for 10,000, 502 for 1,000,000. */
export function categoryCountFor(items: number): number {
  return Math.max(5, Math.round(2 * items ** 0.4));
}

export function makeCategories(items: number, random: Random): Categories {
  const count = categoryCountFor(items);
  const leaf = Uint16Array.from({ length: count }, (_, c) => c % LEAVES.length);
  const departments = [...new Set(Array.from(leaf, (l) => LEAVES[l]!.department))];
  const needShare = needShares(count, random);
  return {
    count,
    names: Array.from(leaf, (_, c) => categoryName(c, count)),
    leaf,
    department: Uint8Array.from(leaf, (l) => departments.indexOf(LEAVES[l]!.department)),
    departments,
    needShare,
    sizes: categorySizes(items, needShare),
    complements: Array.from(leaf, (_, c) => complementsOf(c, count)),
  };
}

function categoryName(category: number, count: number): string {
  const { department, name } = LEAVES[category % LEAVES.length]!;
  // A leaf that is divided is no category itself: events name the lowest level only.
  if (category < LEAVES.length && category + LEAVES.length >= count) return `${department} / ${name}`;
  return `${department} / ${name} / ${LEAF_VARIANTS[Math.floor(category / LEAVES.length)]!}`;
}

/** A power law over the categories in a random order. */
function needShares(count: number, random: Random): Float64Array {
  const ranks = random.shuffle(Uint32Array.from({ length: count }, (_, rank) => rank));
  const shares = Float64Array.from(ranks, (rank) => (rank + 3) ** -0.8);
  const sum = shares.reduce((a, b) => a + b, 0);
  return shares.map((share) => share / sum);
}

/** Two items for each category, the rest by the root of its need: wanted goods come in more kinds, but not as many more. */
function categorySizes(items: number, needShare: Float64Array): Uint32Array {
  const roots = needShare.map(Math.sqrt);
  const sum = roots.reduce((a, b) => a + b, 0);
  const free = items - 2 * needShare.length;
  const sizes = Uint32Array.from(roots, (root) => 2 + Math.floor((free * root) / sum));
  let left = items - sizes.reduce((a, b) => a + b, 0);
  for (let c = 0; left > 0; c++, left--) sizes[c % sizes.length]!++;
  return sizes;
}

/** The named complements of the same variant; if the shop has none of them, whatever comes next. */
function complementsOf(category: number, count: number): Uint16Array {
  const variant = Math.floor(category / LEAVES.length);
  const found = new Set<number>();
  for (const name of LEAVES[category % LEAVES.length]!.complements) {
    const leaf = LEAVES.findIndex((candidate) => candidate.name === name);
    const same = variant * LEAVES.length + leaf;
    const complement = same < count ? same : leaf;
    if (complement < count && complement !== category) found.add(complement);
  }
  if (found.size === 0) found.add((category + 1) % count);
  return Uint16Array.from([...found].slice(0, MAX_COMPLEMENTS));
}

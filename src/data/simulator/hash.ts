/**
 * 32 well-mixed bits of three whole numbers: a property of an item or a user that need not be stored.
 * Finaliser of MurmurHash3 (Austin Appleby), once per number.
 */
export function hash32(seed: number, label: number, index: number): number {
  return mix(mix(mix(seed | 0) ^ label) ^ index) >>> 0;
}

/** {@link hash32} as a number in [0, 1). */
export function hashUnit(seed: number, label: number, index: number): number {
  return hash32(seed, label, index) / 4294967296;
}

function mix(value: number): number {
  let h = (value + 0x9e3779b9) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

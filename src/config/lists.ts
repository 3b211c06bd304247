import { isIP } from 'node:net';
import { isOrigin } from './api-keys.js';

/** The parts of a text separated by commas or blanks. */
export function listOf(text: string | null): string[] {
  return (text ?? '').split(/[\s,]+/).filter((part) => part !== '');
}

/** Ranges that have a name of their own. */
const NAMED_RANGES = ['loopback', 'linklocal', 'uniquelocal'];

/** What is wrong with a list of proxies, addresses or ranges of them, or null. */
export function proxiesProblem(proxies: readonly string[]): string | null {
  const wrong = proxies.find((part) => !NAMED_RANGES.includes(part) && !isRange(part));
  if (wrong === undefined) return null;
  return `${JSON.stringify(wrong)} is neither an address nor a range such as 10.0.0.0/8, nor ${NAMED_RANGES.join(', ')}`;
}

function isRange(text: string): boolean {
  const [, address, bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address ?? '');
  return version !== 0 && Number(bits ?? 0) <= (version === 4 ? 32 : 128);
}

/** What is wrong with a list of origins, or null. A single `*` stands for all. */
export function originsProblem(origins: readonly string[]): string | null {
  if (origins.length === 1 && origins[0] === '*') return null;
  const wrong = origins.find((origin) => !isOrigin(origin));
  return wrong === undefined ? null : `${JSON.stringify(wrong)} is not like https://shop.example`;
}

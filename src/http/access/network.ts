import { isIPv4, isIPv6 } from 'node:net';

/**
 * Who an address stands for: an IPv4 address for itself, an IPv6 address for its /64 network, as that is what one
 * customer has; an IPv4 address written as IPv6 is the same as it. Everything else, which proxies may claim, is one caller.
 */
export function networkOf(address: string): string {
  if (isIPv4(address)) return address;
  const plain = address.split('%', 1)[0]!;
  if (!isIPv6(plain)) return '(invalid)';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  const [head, tail] = plain.split('::') as [string, string?];
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  // The text of an IPv4 address at the end stands for two groups.
  const gap = 8 - left.length - right.length - (plain.includes('.') ? 1 : 0);
  const groups = tail === undefined ? left : [...left, ...Array<string>(gap).fill('0'), ...right];
  return groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':');
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':');
}

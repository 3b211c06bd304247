import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type IncomingHttpHeaders } from 'node:http';
import { type ApiKey } from '../../config/api-keys.js';

/** Bytes of randomness in a key: what cannot be guessed needs no slow hash. */
const KEY_BYTES = 32;

/** A new random key: `nextitem_` and 43 characters that need no escaping in headers, URLs and shells. */
export function newKey(): string {
  return `nextitem_${randomBytes(KEY_BYTES).toString('base64url')}`;
}

/** The hash by which the server knows a key: SHA-256, 64 hexadecimal digits. */
export function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** The keys that are known, by their hashes. */
export class KeyRing {
  private readonly hashes: readonly Buffer[];

  constructor(private readonly keys: readonly ApiKey[]) {
    this.hashes = keys.map(({ hash }) => Buffer.from(hash, 'hex'));
  }

  /** The entry of a key, or null. Takes as long for every text of one length, known or not. */
  find(key: string): ApiKey | null {
    const given = createHash('sha256').update(key).digest();
    let found: ApiKey | null = null;
    for (const [i, hash] of this.hashes.entries()) if (timingSafeEqual(hash, given)) found = this.keys[i]!;
    return found;
  }
}

/** The key a request carries, in `Authorization: Bearer` or else in `X-API-Key`; null: none. */
export function presentedKey(headers: IncomingHttpHeaders): string | null {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return bearer;
  const other = headers['x-api-key'];
  return typeof other === 'string' && other !== '' ? other : null;
}

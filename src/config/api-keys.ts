/** What a key may be used for. None includes another. */
export const SCOPES = ['ingest', 'read', 'admin'] as const;

export type Scope = (typeof SCOPES)[number];

/** A key as the server knows it: by its hash. */
export interface ApiKey {
  /** For logs and metrics, and to find it in the settings again. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** SHA-256 of the key, 64 hexadecimal digits in lower case. */
  readonly hash: string;
  /** Web pages the key may be used from, such as `https://shop.example`; empty: it is not bound to any. */
  readonly origins: readonly string[];
}

const ENTRY = /^([\w.-]{1,64}):([a-z+]+):([0-9a-fA-F]{64})(?:@(.+))?$/;

/**
 * Keys as written in settings, `name:scope+scope:hash` each, with `@origin|origin` behind it for a key that is bound to
 * web pages. Separated by commas, blanks or line breaks; from `#` to the end of the line is a remark.
 *
 * @returns the keys in order, and what is wrong with the others; hashes are never repeated
 */
export function parseApiKeys(text: string): { keys: ApiKey[]; problems: string[] } {
  const keys: ApiKey[] = [];
  const problems: string[] = [];
  const entries = text
    .replaceAll(/#.*$/gm, '')
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  for (const [i, entry] of entries.entries()) {
    const [, name, scopeList, hash, originList] = ENTRY.exec(entry) ?? [];
    if (name === undefined) {
      problems.push(`key ${i + 1} is not name:scope+scope:hash with a SHA-256 of 64 hexadecimal digits`);
      continue;
    }
    const scopes = scopeList!.split('+');
    const origins = originList?.split('|') ?? [];
    const unknown = scopes.find((scope) => !SCOPES.includes(scope as Scope));
    const badOrigin = origins.find((origin) => !isOrigin(origin));
    if (unknown !== undefined) {
      problems.push(`key "${name}" has the scope "${unknown}", which is not one of ${SCOPES.join(', ')}`);
    } else if (badOrigin !== undefined) {
      problems.push(`key "${name}" is bound to "${badOrigin}", which is not like https://shop.example`);
    } else if (keys.some((key) => key.name === name || key.hash === hash!.toLowerCase())) {
      problems.push(`key "${name}" is there twice, by its name or its hash`);
    } else {
      keys.push({ name, scopes: scopes as Scope[], hash: hash!.toLowerCase(), origins });
    }
  }
  return { keys, problems };
}

/** A key as it is written in settings: what {@link parseApiKeys} reads. */
export function formatApiKey({ name, scopes, hash, origins }: ApiKey): string {
  return `${name}:${scopes.join('+')}:${hash}${origins.length === 0 ? '' : `@${origins.join('|')}`}`;
}

/** Whether a text is the origin of a web page as browsers send it: scheme, host, and the port unless it is the usual one. */
export function isOrigin(text: string): boolean {
  if (!/^https?:\/\//.test(text)) return false;
  try {
    return new URL(text).origin === text;
  } catch {
    return false;
  }
}

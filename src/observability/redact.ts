/** What is written in the place of a secret. */
export const CENSORED = '(secret)';

/** Shorter ones are parts of ordinary words; hiding them would tell what they are. */
const MIN_SECRET_LENGTH = 4;

/** What looks like a secret wherever it comes from: API keys, and user and password of an address. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/nextitem_[\w-]{43}/g, CENSORED],
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"]+@/gi, `$1${CENSORED}@`],
  [/\b(bearer|basic) +[\w.~+/=-]{8,}/gi, `$1 ${CENSORED}`],
];

/**
 * A function that hides secrets in lines of JSON, wherever they are in them: in messages, in errors of libraries, in the
 * arguments of a command that failed. Lines stay JSON.
 *
 * @param secrets texts to hide, besides everything that looks like one
 */
export function redactor(secrets: readonly string[]): (line: string) => string {
  const written = [
    ...new Set(
      secrets
        .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
        .flatMap((secret) => [JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]),
    ),
  ].sort((a, b) => b.length - a.length); // a secret may be a part of another
  return (line) => {
    if (written.some((secret) => line.includes(secret))) {
      line = line.replaceAll(/"(?:[^"\\]|\\.)*"/g, (text) =>
        written.reduce((rest, secret) => rest.replaceAll(secret, () => CENSORED), text),
      );
    }
    return PATTERNS.reduce((rest, [pattern, instead]) => rest.replaceAll(pattern, instead), line);
  };
}

import { type Random } from '../../src/domain/random.js';

/** As much of a JSON schema as the generator looks at. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

const STRINGS = [
  '', ' ', '0', 'null', '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '.', '..', '../../etc/passwd',
  '..\\..\\windows', '%00', '%2e%2e%2f', '%', '%zz', '\u0000', '\ud800', '\udfff\ud800', '\u202e\u200b', '\ufeff', '\r\nX-Evil: 1',
  "' OR 1=1 --", '{{7*7}}', '${7*7}', '<script>alert(1)</script>', '*', '{tag}', 'a:b:c', '🧸'.repeat(40), 'é'.normalize('NFD'),
  'x'.repeat(129), 'x'.repeat(5000), '2026-13-45T99:99:99Z', '9999999999999999', '-1', 'NaN', 'Infinity', '1e400',
]; // prettier-ignore
const NUMBERS = [
  0, -0, 1, -1, 0.1, 20, 100, 101, 255, 65_536, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 53 + 2, -(2 ** 63), 1e21, 1e308, -1e308, 5e-324,
]; // prettier-ignore
const KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'session_id',
  'item_id',
  'events',
  'length',
  '',
  '\u0000',
];

/** Values that fit a schema, nearly fit it, or are chosen to hurt. */
export class HostileValues {
  constructor(private readonly random: Random) {}

  pick<T>(from: readonly T[]): T {
    return from[this.random.below(from.length)]!;
  }

  /** A whole number from 0 to n - 1. */
  below(n: number): number {
    return this.random.below(n);
  }

  chance(share: number): boolean {
    return this.random.next() < share;
  }

  string(): string {
    if (this.chance(0.5)) return this.pick(STRINGS);
    return String.fromCharCode(
      ...Array.from({ length: this.random.below(20) }, () => this.random.below(0x10000)),
    );
  }

  /** A value of a schema; in one of ten places something else. */
  value(schema: Schema, depth = 0): unknown {
    if (this.chance(0.1)) return this.anything(depth);
    if (schema.const !== undefined) return schema.const;
    if (schema.enum !== undefined) return this.pick(schema.enum);
    if (schema.anyOf !== undefined) return this.value(this.pick(schema.anyOf), depth);
    switch (typeof schema.type === 'string' ? schema.type : schema.type?.[0]) {
      case 'object':
        return this.object(schema, depth);
      case 'array':
        return Array.from({ length: this.random.below(5) }, () => this.value(schema.items ?? {}, depth + 1));
      case 'integer':
      case 'number':
        return this.chance(0.5)
          ? this.random.below(Math.min(schema.maximum ?? 100, 1000) + 2)
          : this.pick(NUMBERS);
      case 'boolean':
        return this.chance(0.5);
      case 'string':
        return this.chance(0.6) ? `id-${this.random.below(200)}` : this.string();
      default:
        return this.anything(depth);
    }
  }

  anything(depth = 0): unknown {
    switch (this.random.below(depth > 3 ? 5 : 8)) {
      case 0:
        return this.string();
      case 1:
        return this.pick(NUMBERS);
      case 2:
        return null;
      case 3:
        return this.chance(0.5);
      case 4:
        return [];
      case 5:
        return Array.from({ length: this.random.below(4) }, () => this.anything(depth + 1));
      default:
        return Object.fromEntries(
          Array.from({ length: this.random.below(4) }, () => [this.pick(KEYS), this.anything(depth + 1)]),
        );
    }
  }

  private object(schema: Schema, depth: number): unknown {
    const object: Record<string, unknown> = {};
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const wanted = schema.required?.includes(name) === true ? 0.95 : 0.4;
      if (this.chance(wanted)) object[name] = this.value(property, depth + 1);
    }
    if (this.chance(0.1)) object[this.pick(KEYS)] = this.anything(depth + 1);
    return object;
  }
}

/** JSON texts that no generator of values makes. */
export const HOSTILE_JSON: readonly string[] = [
  '[', '{', '{}', 'nul', '"', '{"a":1,}', "{'a':1}", '{"a":NaN}', '{"a":1e999}', '[1]trailing', '\ufeff{}', '0123', '{"session_id":}',
  '{"session_id":"a","session_id":"b","item_id":"c","item_id":{},"event_type":"view"}',
  '{"__proto__":{"session_id":"p","item_id":"p","event_type":"view"}}',
  '{"constructor":{"prototype":{"polluted":true}},"session_id":"a"}',
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
  `{"session_id":"a","item_id":"b","event_type":"view","metadata":${'{"a":'.repeat(500)}1${'}'.repeat(500)}}`,
  `{"session_id":"${'s'.repeat(100_000)}"}`,
  `{"session_id":"a","k":${'9'.repeat(5000)}}`,
  `{"events":[${'{},'.repeat(5000)}{}]}`,
  `{"events":[${'null,'.repeat(1000)}null]}`,
  `{${Array.from({ length: 3000 }, (_, i) => `"k${i}":${i}`).join(',')}}`,
]; // prettier-ignore

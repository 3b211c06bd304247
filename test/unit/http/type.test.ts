import { Type as TypeBox } from 'typebox';
import { describe, expect, it } from 'vitest';
import { Type } from '../../../src/http/schemas/type.js';

type Builders = typeof Type;

/** Each builder, alone and with options, made by whichever library is given. */
const SCHEMAS: Record<string, (type: Builders) => object> = {
  String: (type) => type.String(),
  'String with options': (type) =>
    type.String({ minLength: 1, maxLength: 9, pattern: '^a', description: 'd' }),
  Integer: (type) => type.Integer({ minimum: 1, maximum: 100, default: 20 }),
  Number: (type) => type.Number({ minimum: 0 }),
  Boolean: (type) => type.Boolean({ default: true }),
  Null: (type) => type.Null({ description: 'none' }),
  Unknown: (type) => type.Unknown(),
  'Unknown with options': (type) => type.Unknown({ description: 'anything' }),
  'Literal text': (type) => type.Literal('success'),
  'Literal number': (type) => type.Literal(3, { description: 'three' }),
  'Literal truth': (type) => type.Literal(true),
  Enum: (type) => type.Enum(['a', 'b'], { description: 'which' }),
  Array: (type) => type.Array(type.String(), { minItems: 1, maxItems: 3 }),
  Union: (type) => type.Union([type.Integer(), type.String()], { description: 'either' }),
  Record: (type) => type.Record(type.String(), type.Unknown(), { description: 'any' }),
  'Object without properties': (type) => type.Object({}),
  'Object with only optional properties': (type) => type.Object({ a: type.Optional(type.String()) }),
  'Object with properties of another': (type) => {
    const first = type.Object(
      {
        a: type.String(),
        b: type.Optional(type.Integer()),
        c: type.Object({ d: type.Optional(type.Number()) }),
      },
      { additionalProperties: false, $id: 'first' },
    );
    return type.Object({ ...first.properties, e: type.Optional(type.Array(first)) });
  },
};

describe('Type', () => {
  it.each(Object.keys(SCHEMAS))('%s is what TypeBox makes', (name) => {
    // The text, so that the order of keys counts: it is what the API's description shows.
    expect(JSON.stringify(SCHEMAS[name]!(Type))).toBe(JSON.stringify(SCHEMAS[name]!(TypeBox as Builders)));
  });

  it('has every builder tried here', () => {
    const tried = new Set(Object.keys(SCHEMAS).map((name) => name.split(' ')[0]));
    expect([...Object.keys(Type)].filter((name) => !tried.has(name) && name !== 'Optional')).toEqual([]);
  });
});

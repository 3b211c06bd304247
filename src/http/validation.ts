import { Ajv } from 'ajv';
import { type FastifySchemaCompiler } from 'fastify';
import { type TSchema } from 'typebox';

// The schemas are ours, and a test compiles them strictly: checking them at each start takes a tenth of a second.
const ajv = new Ajv({ strict: false, validateSchema: false, meta: false });

/** Checks each part of a request against its schema, changing nothing: "5" is no number in a body. */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validate = ajv.compile(schema);
  if (httpPart !== 'querystring' && httpPart !== 'headers') return validate;
  const { properties = {} } = schema as { properties?: Record<string, { type?: string }> };
  const integers = Object.keys(properties).filter((name) => properties[name]!.type === 'integer');
  return (texts: Record<string, unknown>) => {
    for (const name of integers) if (name in texts) texts[name] = wholeNumber(texts[name]);
    return validate(texts) ? true : { error: validate.errors ?? [] };
  };
};

/** A query parameter or header is a text; plain digits are a number, everything else stays what it is for the schema to refuse. */
function wholeNumber(text: unknown): unknown {
  return typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : text;
}

import { type TSchema } from 'typebox';
import { Type } from './type.js';

/** RFC 9457, with a code, the place, and what to do. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'A URN that ends with the code.' }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'One of docs/errors.md: programs may rely on it.' }),
    detail: Type.String({ description: 'What was wrong this time.' }),
    where: Type.Optional(Type.String({ description: 'The place in the request, such as body.item_id.' })),
    fix: Type.String({ description: 'What to do about it.' }),
    request_id: Type.String({ description: "The log's name for the request." }),
  },
  {
    $id: 'Problem',
    description: 'What was wrong, where, and what to do.',
    examples: [
      {
        type: 'urn:nextitem:error:invalid_request',
        title: 'The request does not match the schema',
        status: 400,
        code: 'invalid_request',
        detail: 'it must be one of view, click, add_to_cart, purchase',
        where: 'body.event_type',
        fix: 'Correct the field named in "where"; GET /docs shows every field and its limits.',
        request_id: 'req-1',
      },
    ],
  },
);

const REFUSALS = {
  400: 'Something in the request is wrong',
  401: 'Needs an API key, or the one sent is not known',
  403: 'Not allowed with this API key, or not on this server',
  404: 'Not known',
  409: 'Not as things are',
  413: 'The body is too large',
  415: 'The body is not application/json',
  429: 'More than the rate limit; try again after the seconds in Retry-After',
  503: 'Not now; try again after the seconds in Retry-After',
};

type Refusal = keyof typeof REFUSALS;

/** The problem answers of a route, for its schema. */
export function errorAnswers(...statuses: Refusal[]): Partial<Record<Refusal, TSchema>> {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: REFUSALS[status],
        content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
      },
    ]),
  ) as unknown as Partial<Record<Refusal, TSchema>>;
}

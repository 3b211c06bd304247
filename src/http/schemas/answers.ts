import { type TSchema } from 'typebox';
import { Problem } from './common.js';

type ErrorStatus = 400 | 403 | 404 | 413 | 415 | 503;

/** The problem answers of a route, for its schema. */
export function errorAnswers(...statuses: ErrorStatus[]): Partial<Record<ErrorStatus, TSchema>> {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: 'What went wrong', content: { 'application/problem+json': { schema: Problem } } },
    ]),
  ) as unknown as Partial<Record<ErrorStatus, TSchema>>;
}

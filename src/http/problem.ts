import { type FastifyReply } from 'fastify';
import { type ErrorCode, ERRORS, NextItemError } from '../errors.js';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Seconds after which a client may try again. */
export const RETRY_AFTER_SECONDS = '1';

/** An error as RFC 9457 problem details. */
export function problemBody(error: NextItemError, requestId: string): Record<string, unknown> {
  const { status, title } = ERRORS[error.code];
  return {
    type: `urn:nextitem:error:${error.code}`,
    title,
    status,
    code: error.code,
    detail: error.detail,
    ...(error.where === undefined ? {} : { where: error.where }),
    fix: error.fix,
    request_id: requestId,
  };
}

/** Sends an error as its problem. 503 says when to try again. */
export function sendProblem(reply: FastifyReply, error: NextItemError): FastifyReply {
  const { status } = ERRORS[error.code];
  if (status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
  return reply
    .code(status)
    .type(PROBLEM_TYPE)
    .serializer(JSON.stringify as (payload: unknown) => string)
    .send(problemBody(error, reply.request.id));
}

/** What Fastify refuses by itself, in our words. */
const FRAMEWORK_ERRORS: Record<string, [code: ErrorCode, detail: string, where: string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', 'it is larger than BODY_LIMIT_BYTES of this server', 'body'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported_media_type',
    'it is not application/json',
    'header content-type',
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['invalid_json', 'the body is empty', 'body'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'invalid_request',
    'the body is not as long as Content-Length says',
    'body',
  ],
  FST_ERR_BAD_URL: ['invalid_request', 'it is not UTF-8 in percent-encoding', 'path'],
  FST_ERR_MAX_PARAM_LENGTH: ['invalid_request', 'an id in it is too long', 'path'],
};

interface FrameworkError extends Error {
  readonly code?: string;
  readonly validation?: readonly ValidationIssue[];
  readonly validationContext?: string;
}

/** What Ajv says of one mistake. */
export interface ValidationIssue {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Record<string, unknown>;
  readonly message?: string;
}

/** Any error as one of the catalogue; what is not foreseen becomes `internal`, without its details. */
export function asNextItemError(error: FrameworkError): NextItemError {
  if (error instanceof NextItemError) return error;
  if (error.validation !== undefined) {
    const context = error.validationContext ?? 'body';
    return invalidRequest(error.validation, PARTS[context] ?? context);
  }
  const known = FRAMEWORK_ERRORS[error.code ?? ''];
  if (known === undefined)
    return new NextItemError('internal', 'an unexpected error', undefined, { cause: error });
  const [code, detail, where] = known;
  return new NextItemError(code, detail, where, { cause: error });
}

/** Parts of a request by Fastify's names for them. */
const PARTS: Record<string, string> = { querystring: 'query', params: 'path', headers: 'header' };

/**
 * The first mistake of a validation, worded for the caller.
 *
 * @param part of the request, such as `body`
 */
export function invalidRequest(issues: readonly ValidationIssue[], part: string): NextItemError {
  // A value that fits none of several types has an issue for each of them, then one that says so.
  const issue = issues.find(({ keyword }) => keyword === 'anyOf') ?? issues[0]!;
  const path = issue.instancePath.replace(/\/(\d+)(?=\/|$)/g, '[$1]').replaceAll('/', '.');
  const field = issue.params.missingProperty ?? issue.params.additionalProperty;
  const where = `${part}${path}${typeof field === 'string' ? `.${field}` : ''}`;
  return new NextItemError('invalid_request', wording(issue, part), where);
}

function wording({ keyword, params, message = 'is not valid' }: ValidationIssue, part: string): string {
  switch (keyword) {
    case 'required':
      return 'the field is missing';
    case 'additionalProperties':
      return part === 'query'
        ? 'there is no such parameter here'
        : 'there is no such field here; your own data belongs into metadata';
    case 'type':
      return `it must be ${JSON_TYPES[params.type as string] ?? String(params.type)}`;
    case 'anyOf':
      return 'it is of none of the types that are taken here';
    case 'enum':
      return `it must be one of ${(params.allowedValues as string[]).join(', ')}`;
    case 'pattern':
      return 'it has control characters or broken characters';
    case 'minimum':
      return `it is less than ${String(params.limit)}`;
    case 'maximum':
      return `it is more than ${String(params.limit)}`;
    case 'maxLength':
      return `it is longer than ${String(params.limit)} characters`;
    case 'minLength':
    case 'minItems':
      return 'it is empty';
    case 'maxItems':
      return `it has more than ${String(params.limit)} entries`;
    default:
      return `it ${message}`;
  }
}

const JSON_TYPES: Record<string, string> = {
  string: 'a text',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

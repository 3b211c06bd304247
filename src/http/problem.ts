import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type ErrorCode, ERRORS, NextItemError } from '../errors.js';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Seconds after which a client may try again. */
const RETRY_AFTER_SECONDS = '1';

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

/** What Fastify and its parsers throw, in our words. */
const FRAMEWORK_CODES: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_request',
  FST_ERR_BAD_URL: 'invalid_request',
  FST_ERR_MAX_PARAM_LENGTH: 'invalid_request',
};

interface FrameworkError extends Error {
  readonly code?: string;
  readonly statusCode?: number;
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
  if (error.validation !== undefined)
    return invalidRequest(error.validation, error.validationContext ?? 'body');
  const code = error.code === undefined ? undefined : FRAMEWORK_CODES[error.code];
  if (code !== undefined) return new NextItemError(code, error.message, undefined, { cause: error });
  if (error.statusCode === 400)
    return new NextItemError('invalid_request', error.message, undefined, { cause: error });
  return new NextItemError('internal', 'an unexpected error', undefined, { cause: error });
}

/** The first mistake of a validation, worded for the caller. */
export function invalidRequest(issues: readonly ValidationIssue[], context: string): NextItemError {
  const issue = issues[0]!;
  const path = issue.instancePath.replaceAll('/', '.');
  const field = issue.params.missingProperty ?? issue.params.additionalProperty;
  const where = `${context}${path}${typeof field === 'string' ? `.${field}` : ''}`;
  return new NextItemError('invalid_request', wording(issue), where);
}

function wording({ keyword, params, message = 'is not valid' }: ValidationIssue): string {
  switch (keyword) {
    case 'required':
      return 'the field is missing';
    case 'additionalProperties':
      return 'there is no such field here; your own data belongs into metadata';
    case 'enum':
      return `it must be one of ${(params.allowedValues as string[]).join(', ')}`;
    case 'pattern':
      return 'it has control characters or broken characters';
    case 'maxLength':
      return `it is longer than ${String(params.limit)} characters`;
    case 'minLength':
      return 'it is empty';
    case 'maxItems':
      return `it has more than ${String(params.limit)} entries`;
    default:
      return `it ${message}`;
  }
}

/** The problem of a request that never became one: broken HTTP. */
export function rawProblem(request: FastifyRequest | null, error: NextItemError): string {
  return JSON.stringify(problemBody(error, request?.id ?? 'none'));
}

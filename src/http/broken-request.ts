import { type Socket } from 'node:net';
import { type ErrorCode, NextItemError } from '../errors.js';
import { SECURITY_HEADERS } from './access/security-headers.js';
import { problemBody, PROBLEM_TYPE } from './problem.js';

/** What Node's HTTP parser says, in our words; everything else is broken HTTP. */
const PARSER_CODES: Record<string, [code: ErrorCode, detail: string]> = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'the URL and the headers have more than 16 KiB'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'the request was not complete in time'],
};

const STATUS_LINES: Record<number, string> = {
  400: '400 Bad Request',
  408: '408 Request Timeout',
  431: '431 Request Header Fields Too Large',
};

/** Answers what never became a request, because it is not HTTP or did not arrive: also a problem, and the end of the connection. */
export function refuseBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [code, detail] = PARSER_CODES[error.code ?? ''] ?? [
    'invalid_request',
    `the request is not valid HTTP (${error.code ?? error.message})`,
  ];
  const problem = new NextItemError(code, detail);
  const body = JSON.stringify(problemBody(problem, 'none'));
  socket.end(
    [
      `HTTP/1.1 ${STATUS_LINES[problem.status]!}`,
      'Connection: close',
      `Content-Type: ${PROBLEM_TYPE}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}`),
      '',
      body,
    ].join('\r\n'),
  );
}

import { type ErrorCode, ERRORS } from '../errors.js';

/** The text of docs/errors.md: every error, in the order of the catalogue. */
export function errorsPage(): string {
  const codes = Object.keys(ERRORS) as ErrorCode[];
  const rows = codes.map((code) => {
    const { status, title, fix } = ERRORS[code];
    return `| \`${code}\` | ${status === 500 ? '' : status} | ${cell(title)} | ${cell(fix)} |`;
  });
  return `# Errors

Over HTTP an error is \`application/problem+json\` (RFC 9457). The same codes appear on the command line, where errors have
no status.

\`\`\`json
{
  "type": "urn:nextitem:error:invalid_request",
  "title": "${ERRORS.invalid_request.title}",
  "status": 400,
  "code": "invalid_request",
  "detail": "the field is missing",
  "where": "body.item_id",
  "fix": ${JSON.stringify(ERRORS.invalid_request.fix)},
  "request_id": "req-1"
}
\`\`\`

\`code\` is what programs go by; it does not change. \`detail\` and \`where\` are about this one request. A 503 comes with
\`Retry-After\`, in seconds.

This page is generated: \`npm run docs\`.

| code | status | what | what to do |
|---|---|---|---|
${rows.join('\n')}
`;
}

/** Text that stays inside its cell of a Markdown table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

/**
 * The one catalogue of errors. Every failure a user can meet has a code here, with the HTTP status it becomes and the
 * advice that goes with it. docs/errors.md is generated from this table and a test keeps the two equal.
 */
export const ERRORS = {
  // requests
  invalid_json: {
    status: 400,
    title: 'The body is not valid JSON',
    fix: 'Send one JSON object, encoded as UTF-8, with the header Content-Type: application/json.',
  },
  invalid_request: {
    status: 400,
    title: 'The request does not match the schema',
    fix: 'Correct the field named in "where"; GET /docs shows every field and its limits.',
  },
  invalid_timestamp: {
    status: 400,
    title: 'The timestamp cannot be right',
    fix: 'Send RFC 3339 or integer milliseconds since 1970, not in the future and not older than the limit, or leave it out.',
  },
  body_too_large: {
    status: 413,
    title: 'The body is too large',
    fix: 'Send fewer events in one request, or less metadata.',
  },
  headers_too_large: {
    status: 431,
    title: 'The URL and the headers are too long',
    fix: 'Send them in at most 16 KiB together: shorter ids, fewer cookies.',
  },
  request_timeout: {
    status: 408,
    title: 'The request did not arrive in time',
    fix: 'Send it again; REQUEST_TIMEOUT_MS is how long the server waits.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The content type is not supported',
    fix: 'Send the header Content-Type: application/json.',
  },
  not_found: { status: 404, title: 'There is no such route', fix: 'GET /docs lists all routes.' },
  method_not_allowed: {
    status: 405,
    title: 'The route does not know this method',
    fix: 'The Allow header names the methods; GET /docs shows them.',
  },
  unknown_item: {
    status: 404,
    title: 'The model does not know this item',
    fix: 'Check the id, or train again once the item has events.',
  },
  unknown_category: {
    status: 404,
    title: 'The model does not know this category',
    fix: 'Check the spelling; categories are those of the training data.',
  },
  unknown_session: {
    status: 404,
    title: 'There is no such session',
    fix: 'It never had an event, expired, or was erased.',
  },
  admin_closed: {
    status: 403,
    title: 'Admin routes are closed',
    fix: 'Set API_KEYS and send a key with the scope admin (nextitem key makes one), or set DEBUG_ENDPOINTS=true where nobody else reaches the port.',
  },
  key_missing: {
    status: 401,
    title: 'This needs an API key',
    fix: 'Send the header Authorization: Bearer KEY, or X-API-Key: KEY.',
  },
  key_unknown: {
    status: 401,
    title: 'The API key is not known',
    fix: 'Check the key; the server knows those whose hashes are in API_KEYS or API_KEYS_FILE when it starts.',
  },
  scope_missing: {
    status: 403,
    title: 'The API key is not for this',
    fix: 'Use a key that has the scope named above; scopes are set with the key, in API_KEYS or API_KEYS_FILE.',
  },
  origin_refused: {
    status: 403,
    title: 'The API key is not for this web page',
    fix: 'Use it from the pages it is bound to, or add the origin to the key, behind the @.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    fix: 'Send fewer, in batches where you can, and wait the seconds in Retry-After; ADDRESS_RATE_LIMIT and KEY_RATE_LIMIT are the limits.',
  },
  overloaded: {
    status: 503,
    title: 'The server has too much to do',
    fix: 'Retry after the seconds in Retry-After. If it happens often: more workers or machines, or other limits (MAX_QUEUE_MS, MAX_CONCURRENT_REQUESTS).',
  },
  store_unavailable: {
    status: 503,
    title: 'The session store does not answer',
    fix: 'Retry after the seconds in Retry-After. GET /health names the cause.',
  },
  event_log_unavailable: {
    status: 503,
    title: 'The event log cannot be written',
    fix: 'Free disk space and check that its folder can be written; send the event again, with the same event_id.',
  },
  not_ready: {
    status: 503,
    title: 'The service is not ready',
    fix: 'Retry after the seconds in Retry-After. GET /ready names what is missing.',
  },
  unknown_model: {
    status: 404,
    title: 'There is no such model',
    fix: 'GET /models lists those there are.',
  },
  model_refused: {
    status: 409,
    title: 'The new model cannot be served',
    fix: 'The one in service stays. Correct or remove what is named above, then ask again.',
  },
  internal: {
    status: 500,
    title: 'Something failed inside nextitem',
    fix: 'The log has the details under the request id of this answer.',
  },
  // configuration and command line
  invalid_config: {
    status: 500,
    title: 'The configuration has mistakes',
    fix: 'Correct each setting listed; .env.example shows all of them with their defaults.',
  },
  invalid_option: {
    status: 500,
    title: 'An option has a wrong value',
    fix: 'Run the command with --help to see what it takes.',
  },
  cannot_listen: {
    status: 500,
    title: 'The address cannot be listened on',
    fix: 'End the process that has it, or choose another port with --port or API_PORT.',
  },
  file_failed: {
    status: 500,
    title: 'A file or folder cannot be read or written',
    fix: 'Check that the path is right, that this user may write there, and that the disk has room.',
  },
  interrupted: {
    status: 500,
    title: 'Interrupted',
    fix: 'Nothing half-written was left behind; run the command again.',
  },
  // data
  source_not_found: {
    status: 500,
    title: 'The data source was not found',
    fix: 'Check the path; globs must be quoted so that the shell does not expand them.',
  },
  source_unreadable: {
    status: 500,
    title: 'The data source cannot be read',
    fix: 'Check the file format and the column mapping flags.',
  },
  source_empty: {
    status: 500,
    title: 'The data source has no usable events',
    fix: 'Look at the rejects file and the column mapping: no row could be used.',
  },
  bad_row: {
    status: 500,
    title: 'A row of the data source is malformed',
    fix: 'Correct the row, or leave out --strict to skip and count such rows.',
  },
  test_known: {
    status: 500,
    title: 'The bundle already knows what it would be asked',
    fix: 'Give events later than those it learned from, or train with --serve-tables train, which keeps its tables blind to the test part.',
  },
  stage_missing: {
    status: 500,
    title: 'An earlier step has not run',
    fix: 'Run the command named above first, with the same --work folder.',
  },
  too_little_data: {
    status: 500,
    title: 'There is too little data for this step',
    fix: 'Use more sessions, a smaller test share, or skip the step.',
  },
  benchmark_failed: {
    status: 500,
    title: 'Some methods of the benchmark failed',
    fix: 'Run the same command again: finished runs are kept. Leave a method out with --methods, or give it less with --limit-test or --jobs 1.',
  },
  journal_mismatch: {
    status: 500,
    title: 'The tuning journal belongs to another run',
    fix: 'Choose another --out folder, or remove the journal to begin anew; with the data and flags of that run it goes on.',
  },
  // ranker
  lightgbm_missing: {
    status: 500,
    title: 'The LightGBM library is not built',
    fix: 'Run: npx nextitem lightgbm install (needs cmake and a C++ compiler), or set LIGHTGBM_LIB to a lib_lightgbm.so.',
  },
  lightgbm_fetch_failed: {
    status: 500,
    title: 'The LightGBM sources could not be fetched',
    fix: "Check the network and npm's registry setting, or set LIGHTGBM_LIB to a lib_lightgbm.so.",
  },
  lightgbm_build_failed: {
    status: 500,
    title: 'The LightGBM library could not be built',
    fix: 'Read the build log named above; it needs cmake 3.15 or later and a C++ compiler with OpenMP.',
  },
  lightgbm_failed: { status: 500, title: 'LightGBM refused', fix: "The message above is the library's own." },
  invalid_ranker: {
    status: 500,
    title: 'The ranker model cannot be used',
    fix: 'Use a LightGBM text model trained by nextitem train-ranker.',
  },
  // bundles
  bundle_not_found: {
    status: 500,
    title: 'The model bundle was not found',
    fix: 'Train one with: npx nextitem train, or set MODEL_SOURCE to fetch it.',
  },
  bundle_invalid: {
    status: 500,
    title: 'The model bundle is damaged or incomplete',
    fix: 'Fetch or train it again; the one in service was not touched.',
  },
  bundle_incompatible: {
    status: 500,
    title: 'The model bundle is of another format',
    fix: 'Train again with this version of nextitem, or run the version that wrote it.',
  },
  bundle_exists: {
    status: 500,
    title: 'The model version exists already',
    fix: 'A bundle never changes: choose another version, or remove the old one first.',
  },
  bundle_publish_failed: {
    status: 500,
    title: 'The model bundle could not be published',
    fix: 'Check the target address, its credentials and that it can be written to; publishing again is safe.',
  },
  bundle_source_failed: {
    status: 500,
    title: 'The model bundle could not be fetched',
    fix: 'Check MODEL_SOURCE and MODEL_VERSION and that the source can be reached.',
  },
} as const satisfies Record<string, { status: number; title: string; fix: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** An error of nextitem's own: it has a code of {@link ERRORS}, says what was wrong, and what to do about it. */
export class NextItemError extends Error {
  override readonly name = 'NextItemError';
  readonly status: number;
  readonly fix: string;

  /**
   * @param code the entry of the catalogue
   * @param detail what was wrong this time, in one sentence, with the offending value (never a secret)
   * @param where the field, file:line or setting it was found in
   */
  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
    readonly where?: string,
    options?: { cause?: unknown },
  ) {
    super(`${ERRORS[code].title}: ${detail}${where === undefined ? '' : ` (${where})`}`, options);
    this.status = ERRORS[code].status;
    this.fix = ERRORS[code].fix;
  }
}

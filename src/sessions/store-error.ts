import { NextItemError } from '../errors.js';

/** What was thrown, as an Error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/**
 * A failure of a store's backend as `store_unavailable`. Of the original error only message and code are kept as the
 * cause: client libraries attach the command that failed, and with it passwords and shoppers' data.
 *
 * @param place the backend, without secrets
 */
export function storeUnavailable(place: string, thrown: unknown): NextItemError {
  if (thrown instanceof NextItemError) return thrown;
  const { message, code } = asError(thrown) as NodeJS.ErrnoException;
  // An AggregateError (all addresses of a host refused) has an empty message; its code says it all.
  const reason = message !== '' ? message : (code ?? 'unknown reason');
  const cause = Object.assign(new Error(reason), code !== undefined && { code });
  return new NextItemError('store_unavailable', `${place}: ${reason}`, undefined, { cause });
}

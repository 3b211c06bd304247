import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../domain/time.js';

/** What a bare number means. `auto` goes by its size: from 1e14 microseconds, from 1e11 milliseconds, else seconds. */
export const TIME_UNITS = ['auto', 's', 'ms', 'us'] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

/** Times outside [1970, 2100) are taken for mistakes, most often a wrong unit. Milliseconds since 1970 UTC. */
const MAX_TIME_MS = Date.UTC(2100, 0, 1);

/**
 * Reads a time from the ASCII bytes of `buffer[start, end)`; NaN if it is none.
 *
 * A number counts in `unit`, decimals allowed. Anything else is a date as in RFC 3339, where the separator may be `T`
 * or a space, the time or its seconds may be missing, and the zone may be missing, `Z`, `UTC` or an offset; without a
 * zone it is taken as UTC. Fractions finer than a millisecond are cut off.
 *
 * @returns milliseconds since 1970 UTC
 */
export function parseTime(buffer: Uint8Array, start: number, end: number, unit: TimeUnit): number {
  const number = parseNumber(buffer, start, end);
  const time = number === number ? fromUnit(number, unit) : parseDate(buffer, start, end);
  return time >= 0 && time < MAX_TIME_MS ? time : NaN;
}

function fromUnit(number: number, unit: TimeUnit): number {
  switch (unit) {
    case 'ms':
      return Math.floor(number);
    case 's':
      return Math.floor(number * SECOND_MS);
    case 'us':
      return Math.floor(number / 1000);
    case 'auto':
      return fromUnit(number, number >= 1e14 ? 'us' : number >= 1e11 ? 'ms' : 's');
  }
}

/** A plain decimal number `[-]digits[.digits]` in `buffer[start, end)`; NaN for anything else, exponents too. */
export function parseNumber(buffer: Uint8Array, start: number, end: number): number {
  let at = start;
  const negative = at < end && buffer[at] === MINUS;
  if (negative) at++;
  const digits = at;
  let value = 0;
  for (; at < end; at++) {
    const digit = buffer[at]! - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  if (at === digits) return NaN;
  if (at < end) {
    if (buffer[at] !== DOT || at + 1 === end) return NaN;
    let denominator = 1;
    for (at++; at < end; at++) {
      const digit = buffer[at]! - ZERO;
      if (digit < 0 || digit > 9) return NaN;
      // Beyond 2^53 the sum would lose whole units; such fine decimals say nothing.
      if (value > 9e14) continue;
      value = value * 10 + digit;
      denominator *= 10;
    }
    value /= denominator;
  }
  return negative ? -value : value;
}

const ZERO = 48;
const MINUS = 45;
const PLUS = 43;
const DOT = 46;
const COLON = 58;
const SPACE = 32;
const UPPER_T = 84;
const LOWER_T = 116;

function parseDate(buffer: Uint8Array, start: number, end: number): number {
  const year = digits(buffer, start, 4, end);
  const month = digits(buffer, start + 5, 2, end);
  const day = digits(buffer, start + 8, 2, end);
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return NaN;
  if (buffer[start + 4] !== MINUS || buffer[start + 7] !== MINUS) return NaN;
  const date = daysFromCivil(year, month, day) * DAY_MS;
  let at = start + 10;
  if (at === end) return date;
  if (buffer[at] !== UPPER_T && buffer[at] !== LOWER_T && buffer[at] !== SPACE) return NaN;
  const hour = digits(buffer, at + 1, 2, end);
  const minute = digits(buffer, at + 4, 2, end);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || buffer[at + 3] !== COLON) return NaN;
  let time = date + hour * HOUR_MS + minute * MINUTE_MS;
  at += 6;
  if (at < end && buffer[at] === COLON) {
    const second = digits(buffer, at + 1, 2, end);
    if (second < 0 || second > 60) return NaN; // 60 is a leap second
    time += second * SECOND_MS;
    at += 3;
    if (at < end && buffer[at] === DOT) {
      const from = ++at;
      let scale = 100;
      for (; at < end && buffer[at]! >= ZERO && buffer[at]! <= ZERO + 9; at++, scale /= 10) {
        if (scale >= 1) time += (buffer[at]! - ZERO) * scale;
      }
      if (at === from) return NaN;
    }
  }
  const offset = parseZone(buffer, at, end);
  return time - offset;
}

/** The offset from UTC named by `Z`, `UTC`, `+hh:mm`, `+hhmm`, `+hh` or nothing, milliseconds; NaN for anything else. */
function parseZone(buffer: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && buffer[at] === SPACE) at++;
  if (at === end) return 0;
  const sign = buffer[at] === PLUS ? 1 : buffer[at] === MINUS ? -1 : 0;
  if (sign === 0) {
    const name = String.fromCharCode(...buffer.subarray(at, Math.min(end, at + 4))).toUpperCase();
    return name === 'Z' || name === 'UTC' || name === 'GMT' ? 0 : NaN;
  }
  const hours = digits(buffer, at + 1, 2, end);
  if (hours < 0 || hours > 23) return NaN;
  at += 3;
  let minutes = 0;
  if (at < end) {
    if (buffer[at] === COLON) at++;
    minutes = digits(buffer, at, 2, end);
    if (minutes < 0 || minutes > 59 || at + 2 !== end) return NaN;
  }
  return sign * (hours * HOUR_MS + minutes * MINUTE_MS);
}

/** The number of exactly `count` digits at `from`, or -1. */
function digits(buffer: Uint8Array, from: number, count: number, end: number): number {
  if (from + count > end) return -1;
  let value = 0;
  for (let at = from; at < from + count; at++) {
    const digit = buffer[at]! - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days since 1970-01-01 in the Gregorian calendar (Howard Hinnant, "chrono-compatible low-level date algorithms"). */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

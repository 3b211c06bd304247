import { describe, expect, it } from 'vitest';
import { resolveSimulatorOptions } from '../../../../src/data/simulator/simulator-options.js';
import { NextItemError } from '../../../../src/errors.js';

function mistakeOf(options: object): NextItemError {
  try {
    resolveSimulatorOptions(options);
  } catch (error) {
    return error as NextItemError;
  }
  throw new Error('accepted');
}

describe('simulator options', () => {
  it('has the demo shop as default', () => {
    expect(resolveSimulatorOptions()).toEqual({
      items: 2000,
      events: 200_000,
      sessions: 40_000,
      days: 30,
      users: 16_000,
      seed: 1,
      startMs: Date.UTC(2025, 8, 1, 4),
      guestShare: 0.4,
      launchShare: 0.15,
      retireShare: 0.1,
      drift: 1,
    });
  });

  it('takes undefined as left out', () => {
    expect(resolveSimulatorOptions({ items: undefined }).items).toBe(2000);
  });

  it('names all mistakes together, with the limits', () => {
    const error = mistakeOf({ items: 3, events: 1.5, seed: NaN, drift: '1', colour: 'red', days: null });
    expect(error).toBeInstanceOf(NextItemError);
    expect(error.code).toBe('invalid_option');
    expect(error.detail).toContain('"items" must be a whole number from 20 to 1000000, not 3');
    expect(error.detail).toContain('"events" must be a whole number from 1 to 100000000, not 1.5');
    for (const name of ['"seed"', '"drift"', '"colour" is not known', '"days"'])
      expect(error.detail).toContain(name);
  });

  it('reaches the promised sizes', () => {
    const largest = { items: 1_000_000, events: 100_000_000, users: 20_000_000 };
    expect(resolveSimulatorOptions(largest).sessions).toBe(20_000_000);
    for (const [name, value] of Object.entries(largest))
      expect(mistakeOf({ [name]: value + 1 }).code).toBe('invalid_option');
  });
});

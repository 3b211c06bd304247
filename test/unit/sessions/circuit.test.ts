import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Circuit } from '../../../src/sessions/circuit.js';

let well: boolean;
let probes: number;
let changes: boolean[];
let circuit: Circuit;
beforeEach(() => {
  vi.useFakeTimers();
  [well, probes, changes] = [false, 0, []];
  circuit = new Circuit({
    failuresToOpen: 3,
    failingMs: 50,
    probeIntervalMs: 100,
    probe: async () => {
      probes++;
      if (!well) throw new Error('still away');
    },
    onChange: (open) => void changes.push(open),
  });
});
afterEach(() => {
  circuit.close();
  vi.useRealTimers();
});

/** Fails so many times, the last time when it has gone on for long enough. */
const fail = (times: number): void => {
  for (let i = 1; i < times; i++) circuit.failed();
  vi.advanceTimersByTime(50);
  circuit.failed();
};

describe('a circuit', () => {
  it('opens after failures in a row only', () => {
    fail(2);
    circuit.succeeded();
    fail(2);
    expect(circuit.open).toBe(false);
    fail(1);
    expect([circuit.open, changes]).toEqual([true, [true]]);
    for (let i = 0; i < 10; i++) circuit.failed(); // of those who asked before
    expect(changes).toEqual([true]);
  });

  it('does not open for one pause that many wait through', () => {
    for (let i = 0; i < 100; i++) circuit.failed();
    vi.advanceTimersByTime(49);
    circuit.failed();
    expect(circuit.open).toBe(false);
    vi.advanceTimersByTime(1);
    circuit.failed();
    expect(circuit.open).toBe(true);
  });

  it('tries in the background and closes once things are well', async () => {
    await vi.advanceTimersByTimeAsync(1000);
    expect(probes).toBe(0);
    fail(3);
    await vi.advanceTimersByTimeAsync(350);
    expect([probes, circuit.open]).toEqual([3, true]);
    well = true;
    await vi.advanceTimersByTimeAsync(100);
    expect([circuit.open, changes]).toEqual([false, [true, false]]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(probes).toBe(4);
    fail(2);
    expect(circuit.open).toBe(false);
    fail(1);
    expect(circuit.open).toBe(true);
  });

  it('probes no more when it is closed for good', async () => {
    fail(3);
    circuit.close();
    await vi.advanceTimersByTimeAsync(1000);
    expect(probes).toBe(0);
  });
});

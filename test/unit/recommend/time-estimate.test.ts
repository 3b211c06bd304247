import { describe, expect, it } from 'vitest';
import { TimeEstimate } from '../../../src/recommend/time-estimate.js';

describe('an estimate of time', () => {
  it('follows what is measured', () => {
    const estimate = new TimeEstimate();
    expect(estimate.ms).toBe(0);
    estimate.observe(2);
    expect(estimate.ms).toBe(2);
    for (let i = 0; i < 200; i++) estimate.observe(4);
    expect(estimate.ms).toBeCloseTo(4, 2);
  });

  it('is hardly moved by one pause', () => {
    const estimate = new TimeEstimate();
    estimate.observe(1);
    estimate.observe(10_000);
    expect(estimate.ms).toBeLessThan(1.5);
  });

  it('falls while the stage is skipped, so that it is tried again', () => {
    const estimate = new TimeEstimate();
    estimate.observe(1000);
    for (let i = 0; i < 200; i++) estimate.skipped();
    expect(estimate.ms).toBeLessThan(1);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import {
  createProgress,
  createSteps,
  formatDuration,
  type ProgressStream,
} from '../../../src/observability/progress.js';

class Recorder implements ProgressStream {
  text = '';
  constructor(
    readonly isTTY: boolean,
    readonly columns = 100,
  ) {}
  write(text: string): void {
    this.text += text;
  }
}

let nowMs: number;
const clock = (): number => nowMs;
beforeEach(() => void (nowMs = 1_000_000));

describe('progress in a log', () => {
  const job = (total = 1000): { log: Recorder; progress: ReturnType<typeof createProgress> } => {
    const log = new Recorder(false);
    return {
      log,
      progress: createProgress({ label: 'train ranker', total, unit: 'rounds', stream: log, clock }),
    };
  };

  it('writes a plain line at most every five seconds, and one at the end', () => {
    const { log, progress } = job();
    for (let done = 0; done < 1000; done++) {
      nowMs += 12;
      progress.update(done + 1);
    }
    progress.finish('best NDCG 0.4');
    expect(log.text.split('\n')).toEqual([
      'train ranker  41%  417/1,000 rounds  5.0 s  about 7.0 s left',
      'train ranker  83%  834/1,000 rounds  10 s  about 2.0 s left',
      'train ranker  1,000/1,000 rounds  12 s  best NDCG 0.4',
      '',
    ]);
  });

  it('writes only the last line of short work', () => {
    const { log, progress } = job();
    progress.update(500);
    nowMs += 1000;
    progress.finish();
    expect(log.text).toBe('train ranker  500/1,000 rounds  1.0 s\n');
  });

  it('knows no share and no remaining time without a total', () => {
    const { log, progress } = job(0);
    nowMs += 65_000;
    progress.update(1234, 'still reading');
    expect(log.text).toBe('train ranker  1,234 rounds  1 min 05 s  still reading\n');
  });

  it('says nothing after the end', () => {
    const { log, progress } = job();
    progress.finish();
    const before = log.text;
    nowMs += 60_000;
    progress.update(3);
    progress.finish();
    expect(log.text).toBe(before);
  });
});

describe('progress on a terminal', () => {
  it('redraws one line with a bar, ten times a second at most', () => {
    const terminal = new Recorder(true);
    const progress = createProgress({ label: 'read', total: 4, unit: 'files', stream: terminal, clock });
    progress.update(0);
    nowMs += 50;
    progress.update(1);
    nowMs += 2950;
    progress.update(3);
    progress.finish();
    const drawn = terminal.text.split('\r').slice(1);
    expect(drawn).toEqual([
      `read  ${'░'.repeat(24)} 0%  0/4 files  0.0 s\u001b[K`,
      `read  ${'█'.repeat(18)}${'░'.repeat(6)} 75%  3/4 files  3.0 s  about 1.0 s left\u001b[K`,
      'read  3/4 files  3.0 s\u001b[K\n',
    ]);
  });

  it('never lets a line wrap', () => {
    const terminal = new Recorder(true, 30);
    const progress = createProgress({ label: 'a label that is long', total: 9, stream: terminal, clock });
    progress.update(1);
    expect(terminal.text.replace('\r', '').replace('\u001b[K', '').length).toBeLessThan(30);
  });

  it('stays inside the bar when more is done than was foreseen', () => {
    const terminal = new Recorder(true);
    const progress = createProgress({ label: 'x', total: 2, stream: terminal, clock });
    progress.update(5);
    expect(terminal.text).toContain(`${'█'.repeat(24)} 100%  5/2`);
    expect(terminal.text).not.toContain('left');
  });
});

describe('quiet', () => {
  it('writes nothing', () => {
    const terminal = new Recorder(true);
    const output = { stream: terminal, clock, quiet: true };
    const progress = createProgress({ label: 'x', total: 2, ...output });
    progress.update(1);
    progress.finish();
    const steps = createSteps(['a'], output);
    steps.begin();
    steps.progress({ total: 1 }).finish();
    steps.finish();
    expect(terminal.text).toBe('');
  });
});

describe('steps', () => {
  it('announces each step and how long it took', () => {
    const log = new Recorder(false);
    const steps = createSteps(['read events', 'build tables', 'write bundle'], { stream: log, clock });
    steps.begin();
    nowMs += 1500;
    steps.end('1,234 events');
    steps.begin();
    const inner = steps.progress({ total: 2, unit: 'tables' });
    nowMs += 6000;
    inner.update(1);
    inner.finish();
    steps.begin();
    nowMs += 100;
    steps.finish('trained');
    expect(log.text.split('\n')).toEqual([
      '[1/3] read events',
      '[1/3] read events: done in 1.5 s, 1,234 events',
      '[2/3] build tables',
      '  build tables  50%  1/2 tables  6.0 s  about 6.0 s left',
      '  build tables  1/2 tables  6.0 s',
      '[2/3] build tables: done in 6.0 s',
      '[3/3] write bundle',
      '[3/3] write bundle: done in 0.1 s',
      'trained in 7.6 s',
      '',
    ]);
  });

  it('refuses a step that is not in the list', () => {
    const steps = createSteps(['a'], { stream: new Recorder(false), clock });
    steps.begin();
    expect(() => steps.begin()).toThrow(RangeError);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0.0 s'],
    [-5, '0.0 s'],
    [449, '0.4 s'],
    [9949, '9.9 s'],
    [9950, '10 s'],
    [59_499, '59 s'],
    [59_500, '1 min 00 s'],
    [185_000, '3 min 05 s'],
    [3_599_600, '1 h 00 min'],
    [7_620_000, '2 h 07 min'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

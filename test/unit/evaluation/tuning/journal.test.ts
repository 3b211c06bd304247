import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  dataFingerprint,
  type JournalEntry,
  type JournalIdentity,
  TrialJournal,
} from '../../../../src/evaluation/tuning/journal.js';
import { eventTable } from '../../../support/event-table.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-test-'));
  path = join(folder, 'journal.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const identity = { method: 'vstan', seed: 1, data: 'abc' };
const entry = (trial: number): JournalEntry => ({
  trial,
  rung: 0,
  settings: { k: trial, kind: 'a' },
  hr: 0.5,
  mrr: 0.25,
  questions: 9,
  tookMs: 3,
});

function open<T>(use: (journal: TrialJournal) => T, of: JournalIdentity = identity): T {
  const journal = TrialJournal.open(path, of);
  try {
    return use(journal);
  } finally {
    journal.close();
  }
}

describe('TrialJournal', () => {
  it('keeps what was appended', () => {
    open((journal) => [1, 2].forEach((trial) => journal.append(entry(trial))));
    open((journal) => {
      expect(journal.size).toBe(2);
      expect(journal.find(2, 0, { kind: 'a', k: 2 })).toEqual(entry(2));
      expect(journal.find(2, 1, { kind: 'a', k: 2 })).toBeNull();
    });
  });

  it('has every line on disk before it returns', () => {
    open((journal) => {
      journal.append(entry(1));
      expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(3);
    });
  });

  it('survives being cut at any byte: whole lines stay, and it can be appended to', () => {
    open((journal) => [1, 2].forEach((trial) => journal.append(entry(trial))));
    const text = readFileSync(path, 'utf8');
    const ends = [...text.matchAll(/\n/g)].map(({ index }) => index + 1);
    for (let cut = 0; cut <= text.length; cut++) {
      writeFileSync(path, text.slice(0, cut));
      const whole = Math.max(0, ends.filter((end) => end <= cut).length - 1);
      open((journal) => {
        expect(journal.size).toBe(whole);
        journal.append(entry(7));
      });
      open((journal) => expect(journal.size).toBe(whole + 1));
    }
  });

  it.each([
    [{ ...identity, seed: 2 }, 'seed was 1, is now 2'],
    [{ ...identity, data: 'abd' }, 'data was "abc", is now "abd"'],
    [{ ...identity, method: 'stan' }, 'method was "vstan", is now "stan"'],
    [{ ...identity, space: { k: { kind: 'choice', values: [1] } } }, 'space was absent'],
    [{ ...identity, space: 'x'.repeat(200) }, 'space differs'],
  ])('refuses a journal of another run and says what differs', (other, message) => {
    open((journal) => journal.append(entry(1)));
    expect(() => open(() => undefined, other)).toThrow(message);
    open((journal) => expect(journal.size).toBe(1));
  });

  it('refuses a file that is no journal, and leaves it as it is', () => {
    for (const text of ['some notes', 'some notes\n', '{"a":1}\n', '[]\n']) {
      writeFileSync(path, text);
      expect(() => open(() => undefined)).toThrow('not a tuning journal');
      expect(readFileSync(path, 'utf8')).toBe(text);
    }
  });

  it('refuses a broken line that is not the last', () => {
    open((journal) => journal.append(entry(1)));
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"tri\n`);
    expect(() => open(() => undefined)).toThrow('line 3 is not a measurement');
  });

  it('refuses to take a measurement for other settings', () => {
    open((journal) => {
      journal.append(entry(1));
      expect(() => journal.find(1, 0, { k: 2, kind: 'a' })).toThrow('other settings');
    });
  });
});

describe('dataFingerprint', () => {
  it('is the same for the same data only', () => {
    const data = [
      ['a', 'b'],
      ['b', 'c', 'a'],
    ];
    const print = dataFingerprint(eventTable(data));
    expect(dataFingerprint(eventTable(data))).toBe(print);
    const others = [
      eventTable([
        ['a', 'b'],
        ['b', 'c', 'b'],
      ]),
      eventTable([
        ['a', 'b', 'b'],
        ['c', 'a'],
      ]),
      eventTable([
        ['a', 'b'],
        ['b', 'd', 'a'],
      ]),
      eventTable([
        ['a', 'b'],
        [['b', 'purchase'], 'c', 'a'],
      ]),
      { ...eventTable(data), split: Uint8Array.of(0, 1) },
    ];
    for (const other of others) expect(dataFingerprint(other)).not.toBe(print);
  });
});

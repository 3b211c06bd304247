import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../../train.sh', import.meta.url));
let data: string;

beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), 'nextitem-train-sh-'));
  mkdirSync(join(data, 'olist'));
  writeFileSync(join(data, 'olist/olist_orders_dataset.csv'), '');
  mkdirSync(join(data, 'my events'));
  writeFileSync(join(data, 'my events/a.csv'), 'apples,pears\n1,2\n');
});

afterAll(() => rmSync(data, { recursive: true, force: true }));

function train(...args: string[]): { status: number | null; stderr: string } {
  return spawnSync(script, args, { cwd: data, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

describe('train.sh', () => {
  it('says what is missing when there is no data', () => {
    expect(train()).toMatchObject({ status: 1, stderr: expect.stringContaining('say where the data is') });
    expect(train('nowhere')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('there is no file or folder nowhere'),
    });
  });

  it("hands a folder with Olist's orders to the Olist reader", () => {
    const { status, stderr } = train('olist');
    expect(status).toBe(1);
    expect(stderr).toContain("the folder does not hold Olist's order tables");
  });

  it('hands any other folder to the event reader, whatever its name and the options after it', () => {
    const { status, stderr } = train('my events', '--no-ranker', '--no-evaluate');
    expect(status).toBe(1);
    expect(stderr).toContain('the file\'s columns are "apples", "pears"');
    expect(stderr).toContain(join(data, 'my events/a.csv'));
  });
});

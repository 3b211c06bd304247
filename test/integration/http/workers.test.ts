import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand, type Served, until } from '../../support/served.js';

// These tests run the built code in processes of its own: npm run build. Finding the workers needs Linux's /proc.

const EVENT = { item_id: 'tea', event_type: 'view' };

describe.skipIf(process.platform !== 'linux')('two workers', () => {
  let served: Served;
  beforeAll(async () => void (served = await runCommand(['serve', '--workers', '2'])));
  afterAll(() => served.cleanUp());

  const workers = (): number[] => workersOf(served);

  function valueOf(metrics: string, series: string): number {
    const line = metrics.split('\n').find((each) => each.startsWith(`${series} `));
    return line === undefined ? NaN : Number(line.slice(series.length + 1));
  }

  it('share one store: each sees what the other acknowledged', async () => {
    for (let i = 1; i <= 20; i++) {
      const { body } = await served.post('/event', { ...EVENT, session_id: 'shared' });
      expect(body).toEqual({ status: 'success', session_id: 'shared', event_count: i });
    }
  });

  it('count together, whoever is asked', async () => {
    const accepted = 'nextitem_events_total{type="view",outcome="accepted"}';
    const before = valueOf(await served.text('/metrics'), accepted);
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => served.post('/event', { ...EVENT, session_id: `m${i}` })),
    );
    for (let i = 0; i < 6; i++) {
      const metrics = await served.text('/metrics');
      expect(valueOf(metrics, accepted)).toBe(before + 40);
      expect(metrics).toContain('nextitem_model_info{version="20260101-000000"');
      expect(valueOf(metrics, 'nextitem_model_items')).toBe(7);
    }
  });

  it('replace one of them that dies', async () => {
    const [victim] = workers();
    expect(workers()).toHaveLength(2);
    process.kill(victim!, 'SIGKILL');
    await until(() => !workers().includes(victim!) && workers().length === 2);
    await until(async () => {
      const answers = await Promise.all(
        Array.from({ length: 8 }, () =>
          served.post('/recommend', { session_id: 'shared' }).catch(() => null),
        ),
      );
      return answers.every((answer) => answer?.status === 200);
    });
  });

  it.each([0, 80, 160, 240, 320])(
    'all end when the first process is told to, also one that was started again %i ms before',
    async (delayMs) => {
      const ending = await runCommand(['serve', '--workers', '2']);
      try {
        const [victim] = workersOf(ending);
        process.kill(victim!, 'SIGKILL');
        await until(() => !workersOf(ending).includes(victim!) && workersOf(ending).length === 2);
        const pids = workersOf(ending);
        await setTimeout(delayMs);
        ending.child.kill('SIGTERM');
        expect(await ending.exited).toBe(0);
        expect(ending.output()).not.toContain('had to be killed');
        await until(() => pids.every((pid) => !isAlive(pid)));
      } finally {
        await ending.cleanUp();
      }
    },
  );

  it('finish what they accepted when Ctrl-C reaches all of them at once, and log nothing twice', async () => {
    const terminal = await runCommand(['serve', '--workers', '2']);
    try {
      const body = JSON.stringify({ ...EVENT, session_id: 'half' });
      const sockets = await Promise.all([terminal.socket(), terminal.socket(), terminal.socket()]);
      const answers = sockets.map(() => '');
      sockets.forEach((socket, i) => {
        socket.on('data', (chunk: Buffer) => (answers[i] += chunk.toString()));
        socket.write(
          `POST /event HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n{`,
        );
      });
      for (let i = 0; i < 4; i++) await terminal.post('/event', { ...EVENT, session_id: 'whole' });

      for (const pid of [terminal.child.pid!, ...workersOf(terminal)]) process.kill(pid, 'SIGINT');
      await until(() => terminal.output().includes('shutting down'));
      sockets.forEach((socket) => socket.write(body.slice(1)));
      await Promise.all(sockets.map((socket) => once(socket, 'close')));
      for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 200 /);
      expect(await terminal.exited).toBe(0);
      expect(terminal.output().match(/listening/gi)).toHaveLength(1);
      expect(terminal.output().match(/shutting down/g)).toHaveLength(1);
    } finally {
      await terminal.cleanUp();
    }
  });

  it('say why they cannot start', async () => {
    const failed = await runCommand(['serve', '--workers', '2'], {
      REDIS_HOST: '127.0.0.1',
      REDIS_PORT: '1',
    });
    expect(await failed.exited).toBe(1);
    expect(failed.output()).toContain('store_unavailable');
    await failed.cleanUp();
  });
});

/** Process ids of a server's workers. */
function workersOf({ child }: Served): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return Number(parent) === child.pid && state !== 'Z';
      } catch {
        return false; // ended meanwhile
      }
    })
    .map(Number);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
}

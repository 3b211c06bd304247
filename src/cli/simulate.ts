import { type Command } from 'commander';
import { writeSimulation } from '../data/simulator/write-simulation.js';
import { createProgress, type Progress } from '../observability/progress.js';
import { run } from './run.js';
import { simulatorFlags, type SimulatorFlags, simulatorOptions } from './simulator-flags.js';

export function registerSimulate(program: Command): void {
  const command = program
    .command('simulate')
    .summary('write a simulated shop to a file')
    .description(
      'Simulates a shop and writes its events, streamed, as .csv or .jsonl, gzipped if the name ends in .gz.\n\nExample:\n  nextitem simulate shop.csv.gz --sim-items 10000 --sim-events 1000000',
    )
    .argument('<file>', 'where to');
  simulatorFlags(command).action(
    run(async ({ signal }, file: string, flags: SimulatorFlags) => {
      let progress: Progress | null = null;
      await writeSimulation(simulatorOptions(flags), file, {
        signal,
        onProgress: ({ sessions, sessionsTotal }) => {
          progress ??= createProgress({ label: 'simulate', total: sessionsTotal, unit: 'sessions' });
          progress.update(sessions);
        },
      });
      (progress as Progress | null)?.finish();
      console.log(file);
    }),
  );
}

import { type Command } from 'commander';
import { type SimulatorOptions } from '../data/simulator/simulator-options.js';
import { realNumber, wholeNumber } from './run.js';

/** The flags of the shop simulator; what is left out takes the simulator's own default. */
export interface SimulatorFlags {
  simItems?: number;
  simEvents?: number;
  simDays?: number;
  simUsers?: number;
  simSeed?: number;
  simDrift?: number;
}

/** Adds {@link SimulatorFlags} to a command. */
export function simulatorFlags(command: Command): Command {
  return command
    .option(
      '--sim-items <n>',
      'items in the catalogue, 20 to 1,000,000 (default 2,000)',
      wholeNumber('--sim-items', 20, 1_000_000),
    )
    .option(
      '--sim-events <n>',
      'events, up to 100,000,000 (default 200,000)',
      wholeNumber('--sim-events', 1, 100_000_000),
    )
    .option('--sim-days <n>', 'days they are spread over (default 30)', wholeNumber('--sim-days', 1, 3650))
    .option('--sim-users <n>', 'shoppers with an account', wholeNumber('--sim-users', 1, 20_000_000))
    .option(
      '--sim-seed <n>',
      'another seed, another shop (default 1)',
      wholeNumber('--sim-seed', 0, 2 ** 32 - 1),
    )
    .option(
      '--sim-drift <x>',
      'how much popularity moves, 0 to 3 (default 1)',
      realNumber('--sim-drift', 0, 3),
    );
}

export function simulatorOptions(flags: SimulatorFlags): SimulatorOptions {
  const { simItems, simEvents, simDays, simUsers, simSeed, simDrift } = flags;
  return {
    ...(simItems === undefined ? {} : { items: simItems }),
    ...(simEvents === undefined ? {} : { events: simEvents }),
    ...(simDays === undefined ? {} : { days: simDays }),
    ...(simUsers === undefined ? {} : { users: simUsers }),
    ...(simSeed === undefined ? {} : { seed: simSeed }),
    ...(simDrift === undefined ? {} : { drift: simDrift }),
  };
}

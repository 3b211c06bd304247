import { type Command } from 'commander';

/** Commands that one file adds to the program. */
export interface CommandFamily {
  readonly commands: readonly string[];
  /** Loads the file; what it gives adds the commands. */
  readonly register: () => Promise<(program: Command) => void>;
}

/** All commands, in the order in which --help shows them. */
export const FAMILIES: readonly CommandFamily[] = [
  { commands: ['start'], register: async () => (await import('./start.js')).registerStart },
  { commands: ['serve'], register: async () => (await import('./serve.js')).registerServe },
  { commands: ['train'], register: async () => (await import('./train.js')).registerTrain },
  {
    commands: ['build-dataset', 'train-baselines', 'train-ranker', 'write-bundle'],
    register: async () => (await import('./steps.js')).registerSteps,
  },
  { commands: ['evaluate'], register: async () => (await import('./evaluate.js')).registerEvaluate },
  { commands: ['simulate'], register: async () => (await import('./simulate.js')).registerSimulate },
  { commands: ['benchmark'], register: async () => (await import('./benchmark.js')).registerBenchmark },
  { commands: ['tune'], register: async () => (await import('./tune.js')).registerTune },
  {
    commands: ['models', 'fetch', 'publish', 'recommend'],
    register: async () => (await import('./models.js')).registerModels,
  },
  { commands: ['replay'], register: async () => (await import('./replay.js')).registerReplay },
  { commands: ['erase'], register: async () => (await import('./erase.js')).registerErase },
  { commands: ['key'], register: async () => (await import('./key.js')).registerKey },
  { commands: ['lightgbm'], register: async () => (await import('./lightgbm.js')).registerLightgbm },
];

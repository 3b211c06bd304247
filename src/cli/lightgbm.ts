import { type Command } from 'commander';
import { createProgress, type Progress } from '../observability/progress.js';
import { ensureLightgbm, findLightgbm, type InstallProgress } from '../ranking/lightgbm/install.js';
import { run } from './run.js';

export function registerLightgbm(program: Command): void {
  const command = program.command('lightgbm').summary('the library that trains the ranker');
  command
    .command('install')
    .description(
      'Builds the LightGBM library from its sources, once per user (about two minutes on two cores). Needs cmake and a ' +
        'C++ compiler. LIGHTGBM_LIB names a library that is already there.',
    )
    .action(
      run(async ({ signal }) => {
        const progress = installProgress();
        const path = await ensureLightgbm({ onProgress: progress.update, signal });
        progress.finish();
        console.log(path);
      }),
    );
  command
    .command('path')
    .description('Prints where the library is, or nothing.')
    .action(
      run(async () => {
        const path = findLightgbm();
        if (path !== null) console.log(path);
      }),
    );
}

const PHASES: Record<InstallProgress['phase'], string> = {
  wait: 'LightGBM: another process is building it',
  fetch: 'LightGBM: fetch the sources',
  extract: 'LightGBM: unpack',
  configure: 'LightGBM: configure',
  compile: 'LightGBM: compile',
};

/** Shows the phases of a build, each as a bar; shows nothing when nothing has to be built. */
export function installProgress(): { update(progress: InstallProgress): void; finish(): void } {
  let current: { phase: string; bar: Progress } | null = null;
  const finish = () => {
    current?.bar.finish();
    current = null;
  };
  return {
    finish,
    update({ phase, percent }) {
      if (current?.phase !== phase) {
        finish();
        current = {
          phase,
          bar: createProgress({ label: PHASES[phase], total: percent === null ? 0 : 100, unit: '%' }),
        };
      }
      current.bar.update(Math.round(percent ?? 0));
    },
  };
}

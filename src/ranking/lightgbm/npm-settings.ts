import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The part of npm's configuration that decides where a package comes from and who may fetch it. */
export type NpmSettings = Record<string, string>;

/**
 * Reads the user's npm settings: `registry`, and the credentials npm keeps under the registry's own address
 * (keys that begin with `//`). Later wins, as in npm: user .npmrc, project .npmrc, `npm_config_registry`.
 * Where nothing is set the answer is empty, and the fetching library's default applies.
 *
 * @param env environment variables; `npm_config_userconfig` moves the user's file
 * @param projectFolder where the project's .npmrc is looked for
 */
export function readNpmSettings(env: NodeJS.ProcessEnv, projectFolder: string): NpmSettings {
  const settings: NpmSettings = {};
  const userFile = env['npm_config_userconfig'] ?? env['NPM_CONFIG_USERCONFIG'] ?? join(homedir(), '.npmrc');
  for (const file of [userFile, join(projectFolder, '.npmrc')]) {
    Object.assign(settings, parseNpmrc(readIfThere(file), env));
  }
  const registry = env['npm_config_registry'] ?? env['NPM_CONFIG_REGISTRY'];
  if (registry) settings['registry'] = registry;
  return settings;
}

/** Picks `registry` and `//...` keys out of an .npmrc; `${NAME}` becomes the variable's value, or stays if unset. */
export function parseNpmrc(text: string, env: NodeJS.ProcessEnv): NpmSettings {
  const settings: NpmSettings = {};
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*(registry|\/\/[^=\s]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (match === null) continue;
    const value = match[2]!
      .replace(/^(["'])(.*)\1$/, '$2')
      .replace(/\$\{([^}]+)\}/g, (whole, name: string) => env[name] ?? whole);
    if (value !== '') settings[match[1]!] = value;
  }
  return settings;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

/** The root of the project, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Parsed YAML or JSON, looked into by the tests that know its shape. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Parsed = any;

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The files below a folder with one of these endings, as paths from the root. */
export function filesBelow(folder: string, endings: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => endings.test(name))
    .map((name) => `${folder}/${name}`)
    .sort();
}

/** The documents of a YAML file. Throws on errors, and on warnings and repeated keys as well. */
export function readYaml(path: string): Parsed[] {
  return parseAllDocuments(readText(path)).map((document) => {
    const problem = document.errors[0] ?? document.warnings[0];
    if (problem !== undefined) throw new Error(`${path}: ${problem.message}`);
    return document.toJS() as Parsed;
  });
}

/** The only document of a YAML file. */
export function readOneYaml(path: string): Parsed {
  const documents = readYaml(path);
  if (documents.length !== 1) throw new Error(`${path} has ${documents.length} documents`);
  return documents[0];
}

export type TomlTables = Map<string, Map<string, string | number | boolean>>;

/**
 * The tables of a TOML file that uses only `[table]`, `[[table]]` and one-line strings, numbers and booleans. Anything
 * else throws, so that a file this cannot read is not taken for one it has read.
 */
export function readSimpleToml(path: string): TomlTables {
  const tables: TomlTables = new Map();
  let table = new Map<string, string | number | boolean>();
  tables.set('', table);
  for (const [i, raw] of readText(path).split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const header = /^(?:\[([\w.]+)\]|\[\[([\w.]+)\]\])$/.exec(line);
    const pair = /^(\w+) = ("[^"\\]*"|true|false|\d+)$/.exec(line);
    if (header !== null) {
      const name = header[1] ?? header[2]!;
      if (header[1] !== undefined && tables.has(name)) throw new Error(`${path}:${i + 1}: ${name} again`);
      table = new Map();
      tables.set(name, table);
    } else if (pair !== null) {
      if (table.has(pair[1]!)) throw new Error(`${path}:${i + 1}: ${pair[1]} again`);
      table.set(pair[1]!, JSON.parse(pair[2]!) as string | number | boolean);
    } else throw new Error(`${path}:${i + 1}: ${line}`);
  }
  return tables;
}

export interface DockerfileLine {
  readonly instruction: string;
  readonly rest: string;
}

/** The instructions of the Dockerfile, continued lines joined, comments left out. */
export function readDockerfile(): DockerfileLine[] {
  return readText('Dockerfile')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, instruction, rest] = /^([A-Z]+)\s+(.*)$/.exec(line)!;
      return { instruction: instruction!, rest: rest! };
    });
}

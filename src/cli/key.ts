import { type Command, Option } from 'commander';
import { type ApiKey, formatApiKey, parseApiKeys, type Scope, SCOPES } from '../config/api-keys.js';
import { NextItemError } from '../errors.js';
import { hashOf, newKey } from '../http/access/key-ring.js';
import { run } from './run.js';

interface KeyFlags {
  name: string;
  scope: Scope[];
  origin?: string[];
  json?: boolean;
}

/** nextitem key: makes an API key. Nothing is stored; the server gets the line with the hash. */
export function registerKey(program: Command): void {
  program
    .command('key')
    .summary('make an API key')
    .description(
      'Makes a random API key and prints it once, with the line for API_KEYS or the file API_KEYS_FILE. The line holds only ' +
        'a hash: whoever reads the settings cannot use the key.',
    )
    .requiredOption('--name <name>', 'what it is for, such as storefront')
    .addOption(
      new Option('--scope <scope...>', 'what it may be used for').choices(SCOPES).makeOptionMandatory(),
    )
    .option('--origin <origin...>', 'web pages it is bound to, such as https://shop.example')
    .option('--json', 'print JSON')
    .action(
      run(async ({ say }, flags: KeyFlags) => {
        const { key, entry } = makeKey(flags);
        if (flags.json === true) return void console.log(JSON.stringify({ key, entry }));
        say('The key, which is shown only now:\n');
        console.log(key);
        say(`\nFor API_KEYS, separated from others by a comma, or as a line of API_KEYS_FILE:\n`);
        console.log(entry);
        say('\nClients send it as: Authorization: Bearer KEY');
      }),
    );
}

function makeKey({ name, scope, origin = [] }: KeyFlags): { key: string; entry: string } {
  const key = newKey();
  const made: ApiKey = { name, scopes: [...new Set(scope)], hash: hashOf(key), origins: origin };
  const entry = formatApiKey(made);
  const { problems } = parseApiKeys(entry);
  const isRead = problems.length === 0 && JSON.stringify(parseApiKeys(entry).keys) === JSON.stringify([made]);
  if (!isRead)
    throw new NextItemError(
      'invalid_option',
      problems[0] ?? 'names have letters, digits, dots, dashes and underscores, origins no commas or blanks',
      '--name, --origin',
    );
  return { key, entry };
}

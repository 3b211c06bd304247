import { Command } from 'commander';
import { expect, it } from 'vitest';
import { FAMILIES } from '../../../src/cli/families.js';

it('names exactly the commands that each family adds', async () => {
  for (const { commands, register } of FAMILIES) {
    const program = new Command();
    (await register())(program);
    expect(program.commands.map((command) => command.name())).toEqual(commands);
  }
});

import { readFileSync } from 'node:fs';
import dotenv from 'dotenv';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { configurationPage, envExample } from '../../src/config/documentation.js';
import { type Setting, SETTINGS } from '../../src/config/schema.js';
import { ERRORS } from '../../src/errors.js';
import { errorsPage } from '../../src/http/documentation.js';

const settings = Object.entries<Setting>(SETTINGS);

// When one of these fails: npm run build && node scripts/docs.mjs
describe('generated pages are up to date', () => {
  it('.env.example', () => expect(readFileSync('.env.example', 'utf8')).toBe(envExample()));

  it.each([
    ['docs/configuration.md', configurationPage],
    ['docs/errors.md', errorsPage],
  ])('%s', async (path, page) => {
    const text = await format(page(), { ...(await resolveConfig(path)), filepath: path });
    expect(readFileSync(path, 'utf8')).toBe(text);
  });
});

describe('.env.example', () => {
  it('changes nothing when it is copied as it is', () => {
    expect(dotenv.parse(envExample())).toEqual({});
  });

  it('names every setting once, with its default', () => {
    const values = dotenv.parse(envExample().replaceAll(/^# ([A-Z][A-Z0-9_]*=)/gm, '$1'));
    for (const [name, { env, default: value }] of settings)
      expect(values[env], name).toBe(String(value ?? ''));
    expect(Object.keys(values).length).toBeGreaterThanOrEqual(settings.length);
  });
});

describe('the pages', () => {
  it('name every setting and every error', () => {
    const [configuration, errors] = [configurationPage(), errorsPage()];
    for (const [name, { env }] of settings) {
      expect(configuration).toContain(`\`${env}\``);
      expect(configuration).toContain(`\`${name}\``);
    }
    for (const code of Object.keys(ERRORS)) expect(errors).toContain(`\`${code}\``);
  });
});

import { type Setting, SETTINGS } from './schema.js';

/** The settings by group, in the schema's order. */
function groups(): Map<string, [string, Setting][]> {
  const byGroup = new Map<string, [string, Setting][]>();
  for (const [name, setting] of Object.entries<Setting>(SETTINGS)) {
    byGroup.set(setting.group, [...(byGroup.get(setting.group) ?? []), [name, setting]]);
  }
  return byGroup;
}

/** The text of `.env.example`: every setting, commented out, with its default. */
export function envExample(): string {
  const parts = [...groups()].map(([group, settings]) =>
    [
      `# --- ${group} ---`,
      ...settings.map(
        ([, { env, description, default: value }]) => `# ${description}\n# ${env}=${value ?? ''}`,
      ),
    ].join('\n\n'),
  );
  return `# Copy to .env and remove the # in front of what you change. Values shown are the defaults.\n\n${parts.join('\n\n')}\n`;
}

/** The text of docs/configuration.md. */
export function configurationPage(): string {
  const tables = [...groups()].map(([group, settings]) =>
    [
      `## ${group}`,
      '',
      '| environment | config file | values | default | meaning |',
      '|---|---|---|---|---|',
      ...settings.map(
        ([name, setting]) =>
          `| \`${setting.env}\` | \`${name}\` | ${values(setting)} | ${setting.default === null ? '' : `\`${setting.default}\``} | ${setting.description}${setting.secret ? ' Secret.' : ''} |`,
      ),
    ].join('\n'),
  );
  return `# Configuration

Each setting has one name in the environment and one in a JSON config file (\`nextitem serve --config shop.json\`). Flags win over
the environment, the environment over a \`.env\` file, that over the config file, that over the defaults. All mistakes are
reported together. This page is generated: \`npm run docs\`.

${tables.join('\n\n')}
`;
}

function values({ type, min, max }: Setting): string {
  if (typeof type === 'object') return type.oneOf.map((value) => `\`${value}\``).join(', ');
  return min === undefined ? type : `${type}, ${min} to ${max}`;
}

import { type Setting, SETTINGS } from './schema.js';

/** Variables of the environment or a .env file only: those who need them read them there. */
const ELSEWHERE: readonly (readonly [variable: string, meaning: string])[] = [
  [
    'AWS_ACCESS_KEY_ID',
    'For s3:// addresses, with AWS_SECRET_ACCESS_KEY; without them requests are anonymous.',
  ],
  ['AWS_SECRET_ACCESS_KEY', 'For s3:// addresses. Secret.'],
  ['AWS_SESSION_TOKEN', 'For s3:// addresses, with temporary keys. Secret.'],
  ['AWS_REGION', 'For s3:// addresses; us-east-1 if not set.'],
  ['S3_ENDPOINT', 'An S3-compatible server other than AWS.'],
  ['LIGHTGBM_LIB', 'A lib_lightgbm.so that is already there.'],
  ['OLIST_DIR', "The folder of Olist's tables; data/olist if not set."],
];

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
  const elsewhere = [
    '# --- Read from the environment only ---',
    ...ELSEWHERE.map(([variable, meaning]) => `# ${meaning}\n# ${variable}=`),
  ].join('\n\n');
  return `# Copy to .env and remove the # in front of what you change. Values shown are the defaults.\n\n${[...parts, elsewhere].join('\n\n')}\n`;
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
the environment, the environment over a \`.env\` file, that over the config file, that over the defaults. An empty
variable counts as not set. All mistakes are reported together. This page is generated: \`npm run docs\`.

${tables.join('\n\n')}

## Read from the environment only

| environment | meaning |
|---|---|
${ELSEWHERE.map(([variable, meaning]) => `| \`${variable}\` | ${meaning} |`).join('\n')}
`;
}

function values({ type, min, max }: Setting): string {
  if (typeof type === 'object') return type.oneOf.map((value) => `\`${value}\``).join(', ');
  return min === undefined ? type : `${type}, ${min} to ${max}`;
}

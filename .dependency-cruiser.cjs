// A folder of src/ imports only from itself and from the folders above it in this list.
const order = [
  'domain',
  'errors',
  'config',
  'observability',
  'data',
  'tables',
  'retrieval',
  'features',
  'metrics',
  'ranking',
  'bundle',
  'sessions',
  'recommend',
  'evaluation',
  'training',
  'report',
  'http',
  'cli',
];
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'client-alone',
      comment: 'src/client runs in browsers: it imports nothing of the server',
      severity: 'error',
      from: { path: '^src/client/' },
      to: { pathNot: '^src/client/' },
    },
    ...order.map((folder, i) => ({
      name: `layers-${folder}`,
      comment: `src/${folder} may import only what stands above it in ARCHITECTURE.md`,
      severity: 'error',
      from: { path: `^src/${folder}[/.]` },
      to: {
        path: `^src/(${order
          .slice(i + 1)
          .concat('client', 'index')
          .join('|')})[/.]`,
      },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { type Setting, SETTINGS } from '../../../src/config/schema.js';
import { Metrics } from '../../../src/observability/metrics.js';
import {
  filesBelow, type Parsed, readDockerfile, readOneYaml, readSimpleToml, readText, readYaml, ROOT,
} from './read-deploy-files.js'; // prettier-ignore

const YAML_FILES = [
  'docker-compose.yml',
  'render.yaml',
  ...filesBelow('.github', /\.ya?ml$/),
  ...filesBelow('deploy', /\.ya?ml$/),
];

const compose = readOneYaml('docker-compose.yml');
const deployment = readOneYaml('deploy/kubernetes/deployment.yaml');
const pod = deployment.spec.template.spec;
const dockerfile = readDockerfile();
const port = Number(dockerfile.find(({ instruction }) => instruction === 'EXPOSE')!.rest);

describe('the files parse', () => {
  it.each(YAML_FILES)('%s', (path) => {
    const documents = readYaml(path);
    expect(documents.length).toBeGreaterThan(0);
    for (const document of documents) expect(document).toBeTypeOf('object');
  });

  it('fly.toml', () => {
    expect(readSimpleToml('fly.toml').get('http_service')?.get('internal_port')).toBe(port);
  });
});

describe('Dockerfile', () => {
  it('copies only what exists and what .dockerignore lets through', () => {
    const allowed = readText('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = dockerfile
      .filter(({ instruction, rest }) => instruction === 'COPY' && !rest.startsWith('--from='))
      .flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1));
    expect(new Set(copied)).toEqual(new Set(allowed));
    for (const path of copied) expect(existsSync(join(ROOT, path)), path).toBe(true);
  });

  it('runs as the user whose number the other files use, after everything was installed', () => {
    const last = dockerfile.slice(dockerfile.findLastIndex(({ instruction }) => instruction === 'FROM'));
    const user = last.find(({ instruction }) => instruction === 'USER')!.rest;
    const { runAsUser, runAsGroup, fsGroup } = pod.securityContext;
    expect(user).toBe(`${runAsUser}:${runAsGroup}`);
    expect(fsGroup).toBe(runAsGroup);
    const order = last.map(({ instruction }) => instruction);
    expect(order.lastIndexOf('RUN')).toBeLessThan(order.indexOf('USER'));
  });

  it('has a health check that is a program which Node can parse', () => {
    const { rest } = dockerfile.find(({ instruction }) => instruction === 'HEALTHCHECK')!;
    const command = JSON.parse(/CMD (\[.*\])$/.exec(rest)![1]!) as string[];
    expect(command.slice(0, 2)).toEqual(['node', '-e']);
    expect(() => new Function(command[2]!)).not.toThrow();
  });

  it('takes the version of package.json', () => {
    const { version } = JSON.parse(readText('package.json')) as { version: string };
    expect(dockerfile).toContainEqual({ instruction: 'ARG', rest: `VERSION=${version}` });
    expect(compose.services.api.image).toBe(`nextitem:${version}`);
    expect(readOneYaml('deploy/kubernetes/kustomization.yaml').images[0].newTag).toBe(version);
  });
});

describe('docker-compose.yml', () => {
  const services = Object.entries(compose.services as Record<string, Parsed>);

  it('publishes the API and Grafana, on this machine only', () => {
    const published = services.flatMap(([name, { ports = [] }]) =>
      ports.map((each: string) => `${name} ${each}`),
    );
    expect(published).toEqual([`api 127.0.0.1:8000:${port}`, 'grafana 127.0.0.1:3000:3000']);
  });

  it('mounts declared volumes and files that exist', () => {
    const used = new Set<string>();
    for (const [, { volumes = [] }] of services) {
      for (const volume of volumes as string[]) {
        const source = volume.split(':')[0]!;
        if (source.startsWith('./')) expect(existsSync(join(ROOT, source)), source).toBe(true);
        else used.add(source);
      }
    }
    expect(used).toEqual(new Set(Object.keys(compose.volumes)));
  });

  it('checks the health of every service and writes no secret down', () => {
    for (const [name, service] of services) {
      expect(service.healthcheck, name).toBeDefined();
      for (const [key, value] of Object.entries((service.environment ?? {}) as Record<string, string>)) {
        if (/PASSWORD|SECRET|ACCESS_KEY/.test(key))
          expect(value, `${name} ${key}`).toMatch(/^\$\{\w+:[?-][^}]*\}$/);
      }
    }
  });

  it('keeps acknowledged events: Redis syncs always and evicts nothing', () => {
    const command = compose.services.redis.command.join(' ');
    expect(command).toContain('--appendonly yes --appendfsync always');
    expect(command).toContain('--maxmemory-policy noeviction');
  });

  it('lets Prometheus scrape the API', () => {
    const { metrics_path: path, static_configs: targets } =
      readOneYaml('deploy/prometheus.yml').scrape_configs[0];
    expect(path).toBe('/metrics');
    expect(targets[0].targets).toEqual([`api:${port}`]);
  });
});

describe('kubernetes', () => {
  it('applies every file but the example of a secret', () => {
    const { resources } = readOneYaml('deploy/kubernetes/kustomization.yaml');
    const files = filesBelow('deploy/kubernetes', /\.yaml$/).map((path) => path.split('/').at(-1));
    expect(new Set([...resources, 'kustomization.yaml', 'secret.example.yaml'])).toEqual(new Set(files));
  });

  it('selects the pods of the deployment everywhere', () => {
    const { labels } = deployment.spec.template.metadata;
    const service = readOneYaml('deploy/kubernetes/service.yaml');
    const budget = readOneYaml('deploy/kubernetes/pod-disruption-budget.yaml');
    const scaler = readOneYaml('deploy/kubernetes/autoscaler.yaml');
    expect(deployment.spec.selector.matchLabels).toEqual(labels);
    expect(service.spec.selector).toEqual(labels);
    expect(budget.spec.selector.matchLabels).toEqual(labels);
    expect(scaler.spec.scaleTargetRef).toEqual({
      apiVersion: deployment.apiVersion,
      kind: deployment.kind,
      name: deployment.metadata.name,
    });
  });

  it('sends traffic to the port of the image', () => {
    const [api] = pod.containers;
    const service = readOneYaml('deploy/kubernetes/service.yaml');
    expect(api.ports).toEqual([{ name: service.spec.ports[0].targetPort, containerPort: port }]);
    expect(api.livenessProbe.httpGet).toEqual({ path: '/version', port: 'http' });
    expect(api.readinessProbe.httpGet).toEqual({ path: '/ready', port: 'http' });
  });

  it('drops every privilege and mounts the same model folder in both containers', () => {
    const declared = pod.volumes.map((volume: Parsed) => volume.name);
    for (const container of [...pod.initContainers, ...pod.containers]) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.resources.limits.memory).toBeDefined();
      expect(container.volumeMounts).toContainEqual({ name: 'artifacts', mountPath: '/data/artifacts' });
      for (const mount of container.volumeMounts) expect(declared).toContain(mount.name);
      for (const source of container.envFrom) {
        const name = (source.configMapRef ?? source.secretRef).name;
        const file = source.configMapRef === undefined ? 'secret.example' : 'configmap';
        expect(readOneYaml(`deploy/kubernetes/${file}.yaml`).metadata.name).toBe(name);
      }
    }
  });
});

describe('the CI workflow', () => {
  it('tests the oldest Node that package.json allows, and builds without pushing', () => {
    const { jobs } = readOneYaml('.github/workflows/ci.yml');
    const { engines } = JSON.parse(readText('package.json')) as { engines: { node: string } };
    expect(`>=${jobs.test.strategy.matrix.node[0]}`).toBe(engines.node);
    const build = jobs.image.steps.find((step: Parsed) => step.uses?.startsWith('docker/build-push-action'));
    expect(build.with.push).toBe(false);
  });
});

/** What nextitem reads from the environment: its settings, and what single modules ask for by name. */
function knownVariables(): Set<string> {
  const settings = Object.values<Setting>(SETTINGS).flatMap(({ env, aliases = [] }) => [env, ...aliases]);
  const reads = filesBelow('src', /\.ts$/).flatMap((path) =>
    [...readText(path).matchAll(/\benv(?:\.|\[')([A-Z][A-Z0-9_]*)\b/g)].map((match) => match[1]!),
  );
  return new Set([...settings, ...reads]);
}

/** The environment that each deploy file gives to nextitem, by file. */
function deployedVariables(): [string, string[]][] {
  const renderServices = readOneYaml('render.yaml').services as Parsed[];
  const dockerEnv = dockerfile.filter(({ instruction }) => instruction === 'ENV').map(({ rest }) => rest);
  return [
    ['Dockerfile', [...dockerEnv.join(' ').matchAll(/(?:^|\s)([A-Z]\w*)=/g)].map((match) => match[1]!)],
    ['docker-compose.yml', Object.keys(compose.services.api.environment)],
    ['render.yaml', renderServices.flatMap(({ envVars = [] }) => envVars.map((each: Parsed) => each.key))],
    ['fly.toml', [...readSimpleToml('fly.toml').get('env')!.keys()]],
    ['deploy/kubernetes/configmap.yaml', Object.keys(readOneYaml('deploy/kubernetes/configmap.yaml').data)],
    [
      'deploy/kubernetes/secret.example.yaml',
      Object.keys(readOneYaml('deploy/kubernetes/secret.example.yaml').stringData),
    ],
    [
      'DEPLOYMENT.md',
      [...readText('DEPLOYMENT.md').matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`/g)].map(
        (match) => match[1]!,
      ),
    ],
  ];
}

describe('settings', () => {
  it.each(deployedVariables())('%s names only settings that exist', (_file, names) => {
    expect(names.length).toBeGreaterThan(0);
    const known = knownVariables();
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('the settings as deployed', () => {
  const configMap = readOneYaml('deploy/kubernetes/configmap.yaml').data as Record<string, string>;
  const secret = readOneYaml('deploy/kubernetes/secret.example.yaml').stringData as Record<string, string>;
  const renderEnv = (readOneYaml('render.yaml').services as Parsed[])
    .flatMap(({ envVars = [] }) => envVars)
    .map(
      ({ key, value, fromService }: Parsed) =>
        [key, fromService === undefined ? value : 'redis://h'] as const,
    );
  const composeEnv = Object.entries(compose.services.api.environment as Record<string, string>).map(
    ([key, value]) =>
      [
        key,
        value.replace(/^\$\{\w+:([-?])([^}]*)\}$/, (_, kind, text) => (kind === '-' ? text : 'x')),
      ] as const,
  );
  const fly = Object.fromEntries(readSimpleToml('fly.toml').get('env')!) as Record<string, string>;

  it.each<[string, Record<string, string | undefined>, boolean]>([
    ['docker-compose.yml', Object.fromEntries(composeEnv), true],
    ['render.yaml', Object.fromEntries(renderEnv), false],
    ['fly.toml', { ...fly, REDIS_URL: 'redis://h' }, false],
    ['deploy/kubernetes', { ...configMap, ...secret }, false],
  ])('%s: valid, sessions in Redis, an event log only where there is a disk', (_file, env, eventLog) => {
    const config = loadConfig({ env });
    expect(config).toMatchObject({ sessionStore: 'redis', modelVersion: 'latest', eventLog, apiPort: port });
    expect(config.redisUrl ?? config.redisHost).toBeTruthy();
  });

  it('the image leaves the port to the platform and closes the debug routes', () => {
    const image = dockerfile
      .filter(({ instruction }) => instruction === 'ENV')
      .map(({ rest }) => rest)
      .join(' ');
    const env = Object.fromEntries(
      [...image.matchAll(/(\w+)=(\S+)/g)].map((match) => [match[1]!, match[2]!]),
    );
    expect(loadConfig({ env })).toMatchObject({ apiHost: '0.0.0.0', apiPort: port, debugEndpoints: false });
    expect(loadConfig({ env: { ...env, PORT: '10000' } }).apiPort).toBe(10000);
  });

  it('every platform gives a shutdown the time it takes', () => {
    const { shutdownTimeoutMs } = loadConfig({ env: {} });
    const { command } = pod.containers[0].lifecycle.preStop.exec;
    const seconds = shutdownTimeoutMs / 1000;
    expect(parseInt(compose.services.api.stop_grace_period, 10)).toBeGreaterThan(seconds);
    expect(parseInt(String(readSimpleToml('fly.toml').get('')!.get('kill_timeout')), 10)).toBeGreaterThan(
      seconds,
    );
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(seconds + Number(command[1]));
  });
});

describe('commands', () => {
  it('that the deploy files run exist', () => {
    const sources = filesBelow('src/cli', /\.ts$/).map(readText).join('\n');
    const defined = [...sources.matchAll(/\.command\('([a-z-]+)/g)].map((match) => match[1]);
    const image = JSON.parse(
      dockerfile.findLast(({ instruction }) => instruction === 'CMD')!.rest,
    ) as string[];
    const containers = [...pod.initContainers, ...pod.containers];
    const used = [image, compose.services.api.command, ...containers.map(({ args }: Parsed) => args)];
    for (const [command] of used) expect(defined).toContain(command);
  });
});

describe('the Grafana dashboard', () => {
  const dashboard = JSON.parse(readText('deploy/grafana/dashboards/nextitem.json')) as Parsed;
  const panels = dashboard.panels as Parsed[];
  /** The label names of each metric that nextitem registers. */
  const labelsOf = new Map(
    new Metrics(true).registry
      .getMetricsAsArray()
      .map((metric) => [metric.name, (metric as unknown as { labelNames: string[] }).labelNames]),
  );
  const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }: Parsed) => expr as string));

  it('asks only for metrics that are registered, and so does DEPLOYMENT.md', () => {
    const asked = [...expressions, readText('DEPLOYMENT.md')].flatMap((text) =>
      [...text.matchAll(/\bnextitem_[a-z0-9_]+[a-z0-9]\b/g)].map(([name]) =>
        name.replace(/_(bucket|sum|count)$/, ''),
      ),
    );
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.filter((name) => !labelsOf.has(name))).toEqual([]);
  });

  it('groups and filters each metric only by labels that it has', () => {
    const given = ['le', 'job', 'instance']; // by Prometheus
    for (const expression of expressions) {
      const known = new Set(given);
      for (const [name, labels] of labelsOf) {
        if (new RegExp(`\\b${name}(_bucket|_sum|_count)?\\b`).test(expression))
          labels.forEach((label) => known.add(label));
      }
      const used = [
        ...[...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap((match) => match[1]!.split(/,\s*/)),
        ...[...expression.matchAll(/[{,]\s*([a-z_]+)(?:=|!=|=~|!~)"/g)].map((match) => match[1]!),
      ];
      expect(
        used.filter((label) => !known.has(label)),
        expression,
      ).toEqual([]);
    }
  });

  it('has panels with unique numbers that do not overlap', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });

  it('is found by the provisioning, which sets up a data source of its kind', () => {
    const provider = readOneYaml('deploy/grafana/provisioning/dashboards/nextitem.yml').providers[0];
    const source = readOneYaml('deploy/grafana/provisioning/datasources/prometheus.yml').datasources[0];
    const mounts = compose.services.grafana.volumes as string[];
    expect(mounts).toContain(`./deploy/grafana/dashboards:${provider.options.path}:ro`);
    const [variable] = dashboard.templating.list;
    expect(variable).toMatchObject({ name: 'datasource', type: 'datasource', query: source.type });
    expect(source.url).toBe('http://prometheus:9090');
  });
});

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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
    expect(api.livenessProbe.httpGet).toEqual({ path: '/health', port: 'http' });
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

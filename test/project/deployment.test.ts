/** The files to deploy with name only what there is. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { configurationSections } from '../../src/config-variables.js';

const variables = new Set(Object.values(configurationSections).flatMap((section) => Object.keys(section)));
const read = (path: string): string => readFileSync(path, 'utf8');
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (!hasPromtool) process.stderr.write('No promtool was found: the alert rules are not tried.\n');
const promtool = (...args: string[]): string => execFileSync('promtool', args, { encoding: 'utf8' });
const alerts = [...read('deploy/prometheus/alerts.yml').matchAll(/- alert: (\w+)/g)].map(([, name]) => name!);

interface Container {
  env?: { name: string }[];
  environment?: { name: string }[];
}

function containersOf(document: unknown): Container[] {
  if (typeof document !== 'object' || document === null) return [];
  const { containers, containerDefinitions, ...rest } = document as { containers?: Container[]; containerDefinitions?: Container[] };
  return [...(containers ?? containerDefinitions ?? []), ...Object.values(rest).flatMap(containersOf)];
}

describe('the files to deploy with', () => {
  test('set variables that exist, in compose', () => {
    const { services, ...rest } = parseAllDocuments(read('docker-compose.yml'), { merge: true })[0]!.toJSON() as {
      services: Record<string, { environment?: Record<string, string>; image?: string }>;
      'x-environment': Record<string, string>;
    };
    const own = Object.values(services).filter(({ image }) => image === 'plaza');
    expect(own).toHaveLength(3);
    const set = own.flatMap(({ environment }) => Object.keys(environment!));
    expect(set).toEqual(expect.arrayContaining(Object.keys(rest['x-environment'])));
    expect(set.filter((name) => !variables.has(name))).toEqual([]);
  });

  test('demand nothing, in compose, that a profile without it does not need: it is demanded of all', () => {
    const { services } = parseAllDocuments(read('docker-compose.yml'), { merge: true })[0]!.toJSON() as {
      services: Record<string, { environment?: Record<string, string>; image?: string }>;
    };
    for (const [name, service] of Object.entries(services)) {
      const demanded = JSON.stringify(service).match(/\$\{\w+:?\?/g) ?? [];
      const expected = service.image === 'plaza' ? ['${AUTH_SECRET:?', '${ENCRYPTION_KEYS:?'] : [];
      expect([name, ...demanded]).toEqual([name, ...expected]);
    }
  });

  test('set variables that exist, in Kubernetes', () => {
    const { data } = parseAllDocuments(read('deploy/kubernetes/base/configuration.yaml'))[0]!.toJSON() as { data: object };
    expect(Object.keys(data).filter((name) => !variables.has(name))).toEqual([]);
  });

  test.each(['aws/task-definition.json', 'azure/container-app.yaml', 'google/service.yaml'])('set variables that exist, in %s', (path) => {
    const documents = parseAllDocuments(read(`deploy/cloud/${path}`)).map((document) => document.toJSON() as unknown);
    const names = documents.flatMap(containersOf).flatMap(({ env, environment }) => (env ?? environment ?? []).map(({ name }) => name));
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !variables.has(name))).toEqual([]);
  });

  test('are all files of kinds that are read here or by their own tools', () => {
    const paths = readdirSync('deploy', { recursive: true, encoding: 'utf8' }).map((path) => `deploy/${path}`);
    for (const path of paths.filter((name) => /\.(ya?ml|json)$/.test(name))) {
      expect([path, parseAllDocuments(read(path)).flatMap(({ errors }) => errors)]).toEqual([path, []]);
    }
  });

  test('have a section in the manual for every alert', () => {
    expect(alerts.length).toBeGreaterThan(8);
    const sections = [...read('docs/operations.md').matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
    expect(sections).toEqual(expect.arrayContaining(alerts));
  });

  test.skipIf(!hasPromtool)('have rules that Prometheus takes', () => {
    expect(promtool('check', 'rules', 'deploy/prometheus/alerts.yml')).toContain('SUCCESS');
  });

  test.skipIf(!hasPromtool)('have alerts that come when they should and at no other time', () => {
    expect(promtool('test', 'rules', 'deploy/prometheus/alerts.test.yml')).toContain('SUCCESS');
  });

  test('try every alert: that it comes, and that it does not', () => {
    const { tests } = parseAllDocuments(read('deploy/prometheus/alerts.test.yml'))[0]!.toJSON() as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
    };
    const tried = tests.flatMap(({ alert_rule_test }) => alert_rule_test);
    const namesWhere = (comes: boolean) =>
      [...new Set(tried.filter(({ exp_alerts }) => exp_alerts.length > 0 === comes).map(({ alertname }) => alertname))].sort();
    expect(namesWhere(true)).toEqual([...alerts].sort());
    expect(namesWhere(false)).toEqual([...alerts].sort());
  });
});

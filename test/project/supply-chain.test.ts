/** What Plaza is built from: licences, digests, and actions that cannot change under us. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';

interface LockedPackage {
  version: string;
  license?: string;
  integrity?: string;
  dev?: boolean;
  link?: boolean;
}

interface Workflow {
  permissions?: object;
  jobs: Record<string, { 'timeout-minutes'?: number; steps: { uses?: string }[] }>;
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, LockedPackage> };
const installed = Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && !link);
const workspaces = Object.keys(packages).filter((path) => path !== '' && !path.includes('node_modules/'));
const workflows = readdirSync('.github/workflows').map((name) => [name, readFileSync(`.github/workflows/${name}`, 'utf8')] as const);
const dockerfile = readFileSync('Dockerfile', 'utf8');

/** Licences that allow to ship a package with software of any licence. */
const permissive = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT-0', 'Unlicense'];
/** Licences that bind those alone who change the package itself: libvips stays a library of its own, web-push its own files. */
const bindingChanges: Record<string, RegExp> = {
  'LGPL-3.0-or-later': /^node_modules\/@img\/sharp-/,
  'MPL-2.0': /^node_modules\/web-push$/,
};

function isAllowed(path: string, license = 'none'): boolean {
  const parts = license.replace(/[()]/g, '').split(' AND ');
  return parts.every((part) => permissive.includes(part) || bindingChanges[part]?.test(path));
}

describe('the packages that the server runs with', () => {
  test('have licences that bind nobody who uses Plaza', () => {
    const served = installed.filter(([, { dev }]) => !dev);
    expect(served.length).toBeGreaterThan(100);
    expect(served.filter(([path, { license }]) => !isAllowed(path, license)).map(([path, { license }]) => [path, license])).toEqual([]);
  });

  test('are locked by their digests', () => {
    expect(installed.filter(([, { integrity }]) => !integrity).map(([path]) => path)).toEqual([]);
  });
});

describe('workflows', () => {
  test.each(workflows)('%s names the commit of each action, the permissions, and when it gives up', (_, text) => {
    const { permissions, jobs } = parse(text) as Workflow;
    expect(permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(jobs)) {
      expect(job['timeout-minutes']).toBeGreaterThan(0);
      for (const { uses } of job.steps) if (uses) expect(uses).toMatch(/^[\w./-]+@[0-9a-f]{40}$/);
    }
  });
});

describe('a release', () => {
  const directory = mkdtempSync(join(tmpdir(), 'plaza-release-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  test('raises the version, tells of every changeset, and changes nothing else of package.json', () => {
    for (const path of ['package.json', 'package-lock.json', 'CHANGELOG.md', '.changeset'])
      cpSync(path, join(directory, path), { recursive: true });
    writeFileSync(join(directory, '.changeset/of-this-test.md'), "---\n'plaza': minor\n---\n\nTeapots can be rented.\n");
    const before = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    execFileSync(process.execPath, [resolve('deploy/release-version.js')], { cwd: directory, stdio: 'pipe' });
    const after = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { version: string };
    expect(after).toEqual({ ...before, version: expect.not.stringMatching(`^${before.version}$`) });
    const text = readFileSync(join(directory, 'CHANGELOG.md'), 'utf8');
    expect(text).toMatch(new RegExp(`^# Changelog\n\n## ${after.version}\n[^]*- Teapots can be rented\\.\n`));
    expect(readdirSync(join(directory, '.changeset')).sort()).toEqual(['README.md', 'config.json']);
  });

  test('lists what the server runs with, and nothing that only builds or tests', () => {
    const list = execFileSync('npm', ['run', '--silent', 'sbom'], {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      shell: process.platform === 'win32',
    });
    const { bomFormat, components } = JSON.parse(list) as { bomFormat: string; components: { name: string; group?: string }[] };
    const names = components.map(({ name, group }) => (group ? `${group}/${name}` : name));
    expect(bomFormat).toBe('CycloneDX');
    expect(names).toEqual(expect.arrayContaining(['fastify', 'lmdb', 'mongoose']));
    expect(names).not.toContain('vitest');
  });
});

describe('the image', () => {
  test('installs what every workspace asks for', () => {
    expect(workspaces.filter((path) => !dockerfile.includes(`COPY ${path}/package.json ${path}/`))).toEqual([]);
  });

  test('runs as nobody special, from a stage without sources', () => {
    const final = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
    expect(final).toContain('USER node:node');
    expect(final).not.toMatch(/COPY (--from=\S+ )?\S*(src|\. )/);
  });
});

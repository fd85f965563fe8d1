/** What Plaza is built from: licences, digests, and actions that cannot change under us. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
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

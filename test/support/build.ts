/** Builds what the tests try before they run, since worker threads, other API processes and the commands run from `dist`. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { TestProject } from 'vitest/node';

/** Groups that try the server's code alone, and open no page. */
const ofServer = new Set(['unit', 'properties', 'learning']);

export default function setup(project: TestProject): void {
  const script = project.vitest.projects.every(({ name }) => ofServer.has(name)) ? 'build:server' : 'build';
  const build = (): void =>
    void execFileSync('npm', ['run', '--silent', script], { stdio: 'inherit', shell: process.platform === 'win32' });
  if (!existsSync(process.env['MONGODB_SPECIFICATIONS'] ?? ''))
    process.stdout.write('MONGODB_SPECIFICATIONS names no folder: MongoDB’s specification tests do not run.\n');
  build();
  project.onTestsRerun(async () => build());
}

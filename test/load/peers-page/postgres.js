/** A PostgreSQL of its own that ends with the process, and its directory with it. */
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * @param programs the folder of initdb and postgres
 * @returns the folder of its socket
 */
export async function startPostgres(programs) {
  const user = unprivileged();
  const directory = mkdtempSync(join(tmpdir(), 'plaza-postgres-'));
  if (user.uid !== undefined) chownSync(directory, user.uid, user.gid);
  let server = null;
  process.once('exit', () => {
    // At once: nothing of it is kept.
    server?.kill('SIGQUIT');
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  });
  endWithParent();

  const data = join(directory, 'data');
  const options = { ...user, cwd: directory };
  execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'owner', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'], {
    ...options,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // Reading at random costs as of flash or memory.
  const settings = ['listen_addresses=', `unix_socket_directories=${directory}`, 'random_page_cost=1.1'];
  server = spawn(join(programs, 'postgres'), ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise((resolve, reject) => {
    let log = '';
    server.stderr.on('data', (chunk) => {
      log += chunk;
      if (log.includes('ready to accept connections')) resolve();
    });
    server.once('exit', () => reject(new Error(`PostgreSQL ended early:\n${log}`)));
  });
  return directory;
}

/** It refuses to run as root. */
function unprivileged() {
  if (process.getuid() !== 0) return {};
  const idOf = (which) => Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

function endWithParent() {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.once(signal, () => process.exit());
  // A parent that is killed says nothing.
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || process.exit(), 1000).unref();
}

/**
 * The import of a file of MovieLens 100k's shape (100,000 ratings of 1,682 films by 943 people, made by a seed), beside
 * a bare driver that inserts the same documents into an empty store of the same kind. The ratio is what counts.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openShop, type Shop } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { createLogger } from '../../src/logger.js';
import { randomNumbers } from '../../src/recommender/random-numbers.js';

const count = Number(process.argv[2] ?? 100_000);
const people = Math.max(10, Math.round((943 * count) / 100_000));
const films = 1682;
const batch = 500;
const folder = mkdtempSync(join(tmpdir(), 'plaza-bench-import-'));
const cli = fileURLToPath(new URL('../../dist/cli/plaza.js', import.meta.url));

/** Some films are rated by half of all people, most by few; some people rate hundreds. */
function ratingsFile(): string {
  const random = randomNumbers(1);
  const seen = new Set<number>();
  const lines: string[] = [];
  while (lines.length < count) {
    const user = Math.floor(people * random() ** 1.7);
    const film = Math.floor(films * random() ** 2.5);
    if (seen.has(user * films + film)) {
      if (random() > 0.2) continue;
      const other = Math.floor(films * random());
      if (seen.has(user * films + other)) continue;
      seen.add(user * films + other);
      lines.push(`${user + 1}\t${other + 1}\t${1 + Math.floor(5 * random() ** 0.6)}\t${874_724_710 + lines.length * 188}`);
      continue;
    }
    seen.add(user * films + film);
    lines.push(`${user + 1}\t${film + 1}\t${1 + Math.floor(5 * random() ** 0.6)}\t${874_724_710 + lines.length * 188}`);
  }
  const path = join(folder, 'u.data');
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

/** Has the process say how much memory it needed. */
const sayMemory = `data:text/javascript,process.on('exit',()=>process.stderr.write('\\nmost memory: '+Math.round(process.resourceUsage().maxRSS/1024)+'%20MB'))`;

function timedImport(path: string, dataDirectory: string): { seconds: number; output: string; memory: string } {
  const startedAt = performance.now();
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', sayMemory, cli, 'import', path, '--format', 'movielens'], {
    env: { ...process.env, PLAZA_DATA_DIR: dataDirectory, MONGODB_URI: '' },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${stdout}\n${stderr}`);
  const memory = /most memory: (.*)/.exec(stderr)?.[1] ?? '';
  return { seconds: (performance.now() - startedAt) / 1000, output: stdout, memory };
}

function openShopIn(directory: string): Promise<Shop> {
  const config = readConfig({ PLAZA_DATA_DIR: directory, AUTH_SECRET: 'nobody signs in while this is measured' });
  return openShop(config, createLogger('silent'));
}

/** Reads what the import has written, and inserts it into a store with the same indexes. */
async function bareInsert(from: string): Promise<number> {
  const source = await openShopIn(from);
  const documents = new Map<string, Record<string, unknown>[]>();
  for (const name of ['users', 'categories', 'products', 'reviews', 'interactions', 'orders', 'category_tallies'])
    documents.set(name, await source.store.database.connection.collection(name).find().toArray());
  await source.close();
  const directory = join(folder, 'bare');
  mkdirSync(directory);
  const target = await openShopIn(directory);
  const startedAt = performance.now();
  for (const [name, rows] of documents)
    for (let at = 0; at < rows.length; at += batch)
      await target.store.database.connection.collection(name).insertMany(rows.slice(at, at + batch), { ordered: false });
  const seconds = (performance.now() - startedAt) / 1000;
  await target.close();
  return seconds;
}

try {
  const path = ratingsFile();
  const data = join(folder, 'data');
  mkdirSync(data);
  const first = timedImport(path, data);
  const again = timedImport(path, data);
  const bare = await bareInsert(data);
  process.stdout.write(first.output);
  process.stdout.write(
    [
      `most memory:        ${first.memory}, the same again: ${again.memory}`,
      `import:             ${first.seconds.toFixed(1)} s, ${Math.round(count / first.seconds)} lines/s, scores and the process's start included`,
      `the same again:     ${again.seconds.toFixed(1)} s, ${Math.round(count / again.seconds)} lines/s`,
      `bare insertMany:    ${bare.toFixed(1)} s, ${Math.round(count / bare)} lines/s`,
      `import / bare:      ${(bare / first.seconds).toFixed(2)}`,
      '',
    ].join('\n'),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

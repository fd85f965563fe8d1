/**
 * Gorse on a split: what its server answers when it is asked for ten. It is built from source where there is Go; a program that is
 * there may be named by `PEERS_GORSE`. Every rating is `read`, and one of an item that is liked is also `like`. Its factors it tunes
 * by itself, on an item of each user that it holds out; what it recommends by is chosen on a fifth of the training part.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Split } from '../../src/evaluation/ratings-file.js';
import type { ImportedRating } from '../../src/import/record.js';
import { ndcg, recall } from '../../src/recommender/metrics.js';
import { randomNumbers } from '../../src/recommender/random-numbers.js';
import { bootstrap } from '../../src/recommender/statistics.js';
import { freePort, kill } from '../support/processes.js';
import { highestMegabytes, processorSeconds } from './process-use.js';

const release = 'v0.4.15';
const listed = 10;
const jobs = availableParallelism();
const longestWait = 20 * 60_000;

interface Setting {
  /** What its lists are made of beforehand, and ranked by. */
  offline: string[];
  /** What it is asked where these are too short. */
  online: string[];
}

const everything = [
  'collaborative_recommend',
  'item_based_recommend',
  'user_based_recommend',
  'popular_recommend',
  'click_through_prediction',
];
const settings: Record<string, Setting> = {
  factors: { offline: ['collaborative_recommend'], online: [] },
  'item neighbours': { offline: [], online: ['item_based'] },
  'all of its recommenders, ranked by clicks': { offline: everything, online: [] },
};

export async function gorse(split: Split, positive: number) {
  const directory = mkdtempSync(join(tmpdir(), 'plaza-gorse-'));
  try {
    const program = process.env['PEERS_GORSE'] ?? built(directory);
    if (!program) {
      process.stdout.write('There is no Go here, and PEERS_GORSE names no program: Gorse is left out.\n');
      return [];
    }
    const random = randomNumbers(1);
    const hidden = new Set(split.train.filter(() => random() < 0.2));
    const validation = { train: split.train.filter((rating) => !hidden.has(rating)), test: [...hidden] };
    let [best, most, tuning] = ['', -1, 0];
    for (const [name, setting] of Object.entries(settings)) {
      const tried = await judge(program, directory, validation, positive, setting);
      tuning += tried.fit + tried.search;
      if (tried.ndcg.mean > most) [best, most] = [name, tried.ndcg.mean];
    }
    const { search, ...figures } = await judge(program, directory, split, positive, settings[best]!);
    return [{ model: `Gorse ${release}: ${best}`, ...figures, tuning: tuning + search }];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function built(directory: string): string | undefined {
  if (spawnSync('go', ['version']).error) return undefined;
  const go = (...args: string[]): string => {
    const result = spawnSync('go', args, { encoding: 'utf8', cwd: directory });
    if (result.status !== 0) throw new Error(result.stderr || result.stdout);
    return result.stdout;
  };
  // Its replacements of other modules only hold in its own folder.
  const { Dir } = JSON.parse(go('mod', 'download', '-json', `github.com/zhenghaoz/gorse@${release}`)) as { Dir: string };
  const program = join(directory, 'gorse-in-one');
  go('build', '-C', Dir, '-o', program, './cmd/gorse-in-one');
  return program;
}

async function judge(program: string, directory: string, { train, test }: Split, positive: number, setting: Setting) {
  const wanted = new Map<string, Set<number>>();
  const items = new Map<string, number>();
  const number = (item: string): number => items.get(item) ?? items.set(item, items.size).size - 1;
  for (const { user, product, rating } of test)
    if (rating >= positive) wanted.set(user, (wanted.get(user) ?? new Set()).add(number(product)));
  const server = await start(program, mkdtempSync(join(directory, 'server-')), setting);
  try {
    await server.learn(train, positive);
    const loaded = server.used();
    await server.work('master');
    const fitted = server.used();
    await server.work('master', '?search_model=true');
    const searched = server.used();
    await server.work('master');
    await server.work('worker');
    const [search, fit, memory] = [searched - fitted, server.used() - searched + fitted - loaded, server.highest()];
    const lists: number[][] = [];
    for (const user of wanted.keys()) lists.push((await server.recommend(user)).map(number));
    const relevant = [...wanted.values()];
    const mean = (figure: typeof ndcg) =>
      bootstrap(
        lists.map((list, at) => figure(list, relevant[at]!, listed)),
        1,
      );
    return { ndcg: mean(ndcg), recall: mean(recall), fit, search, memory };
  } finally {
    await server.stop();
  }
}

async function start(program: string, folder: string, setting: Setting) {
  const [port, httpPort] = [await freePort(), await freePort()];
  writeFileSync(join(folder, 'config.toml'), configuration(setting, port, httpPort));
  const log = join(folder, 'log');
  const output = openSync(log, 'w');
  const child = spawn(program, ['--managed', '--config', 'config.toml', '--recommend-jobs', String(jobs)], {
    cwd: folder,
    stdio: ['ignore', output, output],
  });
  await once(child, 'spawn');
  const end = performance.now() + longestWait;
  const ask = async (method: string, path: string, body?: unknown): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${httpPort}/api/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`Gorse answered ${response.status} to ${method} ${path}: ${await response.text()}`);
    return response.text();
  };
  const until = async (holds: () => Promise<boolean>): Promise<void> => {
    while (!(await holds())) {
      if (child.exitCode !== null || performance.now() > end)
        throw new Error(`Gorse ended early, or takes too long:\n${readFileSync(log, 'utf8').slice(-2000)}`);
      await pause(100);
    }
  };
  const server = {
    async learn(ratings: ImportedRating[], positive: number): Promise<void> {
      const Timestamp = new Date(Date.now() - 3_600_000).toISOString();
      const feedback = ratings.flatMap(({ user, product, rating }) =>
        (rating >= positive ? ['read', 'like'] : ['read']).map((FeedbackType) => ({
          FeedbackType,
          UserId: user,
          ItemId: product,
          Timestamp,
        })),
      );
      for (let at = 0; at < feedback.length; at += 1000) await ask('PUT', 'feedback', feedback.slice(at, at + 1000));
    },
    /** The master fits, the worker makes the lists. */
    async work(who: 'master' | 'worker', query = ''): Promise<void> {
      const path = `admin/schedule/${who}`;
      await ask('POST', `${path}${query}`);
      // It begins a moment after it was told to.
      await pause(1000);
      await until(async () => !(JSON.parse(await ask('GET', path)) as { is_running: boolean }).is_running);
    },
    async recommend(user: string): Promise<string[]> {
      return JSON.parse(await ask('GET', `recommend/${encodeURIComponent(user)}?n=${listed}`)) as string[];
    },
    used: () => processorSeconds(child),
    highest: () => highestMegabytes(child),
    stop: () => kill({ child }),
  };
  try {
    await until(() =>
      ask('GET', 'health/ready').then(
        () => true,
        () => false,
      ),
    );
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Exact where it would be approximate, since the data of a comparison are small; nothing is thrown in to be explored. */
const configuration = ({ offline, online }: Setting, port: number, httpPort: number): string => `
[database]
data_store = "sqlite://data.db"
cache_store = "sqlite://cache.db"
[master]
host = "127.0.0.1"
port = ${port}
http_host = "127.0.0.1"
http_port = ${httpPort}
n_jobs = ${jobs}
[recommend.data_source]
positive_feedback_types = ["like"]
read_feedback_types = ["read"]
[recommend.user_neighbors]
neighbor_type = "related"
enable_index = false
[recommend.item_neighbors]
neighbor_type = "related"
enable_index = false
[recommend.collaborative]
enable_index = false
enable_model_size_search = true
[recommend.offline]
enable_latest_recommend = false
${everything.map((name) => `enable_${name} = ${offline.includes(name)}`).join('\n')}
explore_recommend = {}
[recommend.online]
fallback_recommend = ${JSON.stringify([...online, 'popular'])}
num_feedback_fallback_item_based = 1000
`;

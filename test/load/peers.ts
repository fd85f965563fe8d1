/**
 * The recommender beside LightFM, implicit, Cornac, Surprise, Mahout and Gorse, on the same split: accuracy, fit time, memory. Those
 * of Python are installed into a virtual environment of their own, where Python is present; one that is there may be named by
 * `PEERS_PYTHON`. The setting of each is chosen on a fifth of the training part.
 *
 * npm run bench:peers -- <train> <test> <positive> [trust]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatNamed } from '../../src/import/formats/catalogue.js';
import { prepare, readRatings, readTrust } from '../../src/evaluation/ratings-file.js';
import { Blend } from '../../src/recommender/blend.js';
import { evaluate, evaluateRatings } from '../../src/recommender/evaluation.js';
import { startFitThreads } from '../../src/recommender/fit-threads.js';
import { reviveModel } from '../../src/recommender/fitted-model.js';
import type { Interval } from '../../src/recommender/statistics.js';
import { defaultParameters } from '../../src/recommender/parameters.js';
import { fitModels, trainRecommender } from '../../src/recommender/training.js';
import { gorse } from './gorse-peer.js';

const filmtrust = formatNamed('filmtrust', {}, undefined);

interface Line {
  model: string;
  ndcg?: Partial<Interval> & { mean: number };
  recall?: Partial<Interval> & { mean: number };
  /** Seconds of the processor; of Mahout's, which is asked in a process of its own, seconds. */
  fit?: number;
  /** Seconds of the processor for all settings that were tried. */
  tuning?: number;
  /** Megabytes: how much the process of all models grew, and the highest of a process that fitted another's. */
  memory?: number;
  rmse?: number | null;
  failed?: number;
}

type MahoutLine = Omit<Line, 'ndcg' | 'recall'> & { ndcg: number; recall: number };

const [train, test, positive, trust] = process.argv.slice(2);
if (!train || !test || !positive) throw new Error('Give the files of the split, and from which rating on an item counts as liked.');

const split = { train: (await readRatings(train, filmtrust)).ratings, test: (await readRatings(test, filmtrust)).ratings };

async function ours(): Promise<Line[]> {
  const { dataset, heldOut, testRatings } = prepare(split, trust ? await readTrust(trust) : [], Number(positive));
  const before = process.memoryUsage().rss;
  const started = process.cpuUsage();
  const trained = await trainRecommender(dataset, { start: (plan) => startFitThreads(availableParallelism(), plan) });
  const fit = secondsSince(started);
  const memory = (process.memoryUsage().rss - before) / 2 ** 20;
  const models = trained.models.map((fitted) => reviveModel(fitted, trained.liked));
  const times = fitTimes();
  const rating = models.find(({ name }) => name === 'expected-rating')!;
  const rmse = evaluateRatings(rating, dataset, testRatings).rmse.mean;
  const lines = models.map((model): Line => {
    const { ndcg, recall } = evaluate(model, dataset, heldOut);
    return {
      model: `Plaza: ${model.name}`,
      ndcg,
      recall,
      fit: times.get(model.name)!,
      rmse: model === rating ? rmse : null,
    };
  });
  const { ndcg, recall } = evaluate(new Blend(models, trained.weights, trained.items), dataset, heldOut);
  return [...lines, { model: 'Plaza: blend of all, weights learnt on held-out data', ndcg, recall, fit, memory, rmse }];

  /** How long each model alone takes. */
  function fitTimes(): Map<string, number> {
    const times = new Map<string, number>();
    let [before, last] = [process.cpuUsage(), ''];
    const note = (name: string): void => {
      if (last) times.set(last, secondsSince(before));
      [before, last] = [process.cpuUsage(), name];
    };
    fitModels(dataset, defaultParameters, (_share, name) => note(name));
    note('');
    return times;
  }
}

function secondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function peers(): Line[] {
  const system = ['python3.11', 'python3.12', 'python3'].find((name) => spawnSync(name, ['--version']).status === 0);
  if (!system && !process.env['PEERS_PYTHON']) {
    process.stdout.write('There is no Python here: the other libraries are left out.\n');
    return [];
  }
  const directory = mkdtempSync(join(tmpdir(), 'plaza-peers-'));
  try {
    const run = (command: string, args: string[]) => {
      const result = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, OPENBLAS_NUM_THREADS: '1' }, maxBuffer: 2 ** 26 });
      if (result.status !== 0) throw new Error(result.stderr);
      return result.stdout;
    };
    const install = (): string => {
      run(system!, ['-m', 'venv', directory]);
      const own = join(directory, 'bin', 'python');
      // lightfm itself no longer builds from source; lightfm-next is the same code, kept up. Later builds of Cornac need a newer system.
      const names = ['numpy<2', 'scipy', 'pandas', 'lightfm-next', 'implicit', 'scikit-surprise', 'cornac==2.2.2'];
      run(own, ['-m', 'pip', 'install', '-q', ...names]);
      return own;
    };
    const own = process.env['PEERS_PYTHON'] ?? install();
    const output = run(own, [fileURLToPath(new URL('./peers.py', import.meta.url)), train!, test!, positive!]);
    return output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Mahout's recommenders (Taste), from Maven Central, where there are a JDK and Maven. */
function mahout(): Line[] {
  if (['javac', 'java', 'mvn'].some((name) => spawnSync(name, ['-version']).error)) {
    process.stdout.write('There is no JDK with Maven here: Mahout is left out.\n');
    return [];
  }
  const directory = mkdtempSync(join(tmpdir(), 'plaza-mahout-'));
  try {
    const run = (command: string, args: string[]): string => {
      const result = spawnSync(command, args, { encoding: 'utf8' });
      if (result.status !== 0) throw new Error(result.stderr || result.stdout);
      return result.stdout;
    };
    const [project, file] = [fileURLToPath(new URL('./mahout/pom.xml', import.meta.url)), join(directory, 'classpath')];
    run('mvn', ['-q', '-B', '-f', project, 'dependency:build-classpath', `-Dmdep.outputFile=${file}`]);
    const classes = `${directory}${delimiter}${readFileSync(file, 'utf8').trim()}`;
    run('javac', ['-d', directory, '-cp', classes, fileURLToPath(new URL('./mahout/MahoutTaste.java', import.meta.url))]);
    const output = run('java', ['-Xmx1g', '-cp', classes, 'MahoutTaste', train!, test!, positive!]);
    return output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as MahoutLine)
      .map(({ ndcg, recall, ...line }): Line => ({ ...line, ndcg: { mean: ndcg }, recall: { mean: recall } }));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const lines: Line[] = [...peers(), ...mahout(), ...(await gorse(split, Number(positive))), ...(await ours())];
const cell = (value: number | null | undefined, digits: number): string =>
  value === null || value === undefined ? '' : value.toFixed(digits);
const accuracy = (value: Line['ndcg']): string =>
  value ? `${value.mean.toFixed(4)}${value.low === undefined ? '' : ` [${cell(value.low, 3)}, ${cell(value.high, 3)}]`}` : '';
process.stdout.write(
  '| model | NDCG@10 | Recall@10 | RMSE | fit, s of the processor | tuning | memory, MB |\n| --- | --- | --- | --- | --- | --- | --- |\n',
);
for (const { model, ndcg, recall, rmse, fit, tuning, memory, failed } of lines)
  process.stdout.write(
    `| ${model}${failed ? ' (failed)' : ''} | ${accuracy(ndcg)} | ${accuracy(recall)} | ${cell(rmse, 4)} | ${cell(fit, 2)} | ${cell(tuning, 0)} | ${cell(memory, 0)} |\n`,
  );

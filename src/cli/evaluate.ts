/** Evaluates every model and the blend on a file of ratings. */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { defaultPositive, prepare, readRatings, readTrust, type Split } from '../evaluation/ratings-file.js';
import { inPlainWords } from '../evaluation/plain-words.js';
import { comparison, renderReport, shortInterval, withInterval, type Report } from '../evaluation/report.js';
import { makeFolder } from '../folders.js';
import type { ImportedRating } from '../import/record.js';
import { withProgress } from '../progress-bar.js';
import { type Dataset } from '../recommender/dataset.js';
import { randomNumbers } from '../recommender/random-numbers.js';
import { evaluateRatings, type RatingErrors } from '../recommender/evaluation.js';
import { evaluateRecommender, type EvaluationReport } from '../recommender/evaluation-report.js';
import { startFitThreads } from '../recommender/fit-threads.js';
import { reviveModel } from '../recommender/fitted-model.js';
import { defaultParameters, type HyperParameters } from '../recommender/parameters.js';
import { searchParameters } from '../recommender/search.js';
import { trainRecommender, type TrainingPlan } from '../recommender/training.js';
import { CommandLineError, interruptibleProgress, making, printable } from './command-line.js';
import { withShop } from './open-shop.js';
import { formatNames, formatOf, withReadingOptions, type FormatOptions } from './formats.js';

interface Options extends FormatOptions {
  shop?: true;
  data?: string;
  train?: string;
  test?: string;
  trust?: string;
  split: 'random' | 'temporal';
  share: number;
  seed: number;
  positive?: number;
  tune?: number;
  diversity: number;
  report: string;
  threads: number;
}

function readNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number)) throw new InvalidArgumentError('Expected a number.');
  return number;
}

export function evaluateCommand(): Command {
  return withReadingOptions(
    new Command('evaluate')
      .description(
        'Trains on one part of a ratings file, or of the shop’s own data, and evaluates every model and the blend on the other part.',
      )
      .option('--data <file>', 'the ratings file to split, plain or gzip')
      .option('--shop', 'instead of files: the shop’s own data, by time; the console shows the result')
      .option('--train <file>', 'instead of --data: the training part')
      .option('--test <file>', 'instead of --data: the test part')
      .addOption(new Option('--format <format>', 'the format of the files').choices(formatNames).default('filmtrust')),
  )
    .option('--trust <file>', 'the file of trust statements')
    .addOption(new Option('--split <how>', 'how --data is split').choices(['random', 'temporal']).default('random'))
    .option('--share <share>', 'share of --data used for testing, 0 to 1', readNumber, 0.2)
    .option('--seed <number>', 'random seed of the split and the training', readNumber, 1)
    .option('--positive <rating>', 'minimum rating that counts as liked; defaults to 4 of 5, 3 of 4, 8 of 10', readNumber)
    .option('--tune <trials>', 'first search hyper-parameters on the training part, with this many trials per model', readNumber)
    .option('--diversity <lambda>', 'weight of relevance against diversity for diverse-blend, 0 to 1', readNumber, 0.6)
    .option('--report <folder>', 'folder to write the report to', 'evaluation')
    .option('--threads <count>', 'threads to train with', readNumber, Math.min(4, availableParallelism()))
    .action((options: Options) => (options.shop ? evaluateShop(options) : evaluateFiles(options)));
}

async function readSplit(options: Options): Promise<Split & { name: string; rejected: number }> {
  const format = formatOf(options);
  const { data, train, test } = options;
  if (train && test && !data) {
    const [first, second] = [await readRatings(train, format, options), await readRatings(test, format, options)];
    return {
      train: first.ratings,
      test: second.ratings,
      rejected: first.rejected + second.rejected,
      name: `${basename(train)} and ${basename(test)}`,
    };
  }
  if (!data || train || test) throw new CommandLineError('Give either --data, or --train and --test, or --shop.');
  const { ratings, rejected } = await readRatings(data, format, options);
  return { ...splitRatings(ratings, options), rejected, name: basename(data) };
}

function splitRatings(ratings: ImportedRating[], { split, share, seed }: Options): Split {
  if (share <= 0 || share >= 1) throw new CommandLineError('--share must lie between 0 and 1.');
  if (split === 'random') {
    const random = randomNumbers(seed);
    const parts: Split = { train: [], test: [] };
    for (const rating of ratings) (random() < share ? parts.test : parts.train).push(rating);
    return parts;
  }
  if (ratings.some(({ at }) => at === null))
    throw new CommandLineError('A temporal split needs a time with every rating; this file lacks some.');
  const ordered = [...ratings].sort((a, b) => a.at!.getTime() - b.at!.getTime());
  const border = Math.round(ordered.length * (1 - share));
  return { train: ordered.slice(0, border), test: ordered.slice(border) };
}

function printReport(evaluation: EvaluationReport, errors: RatingErrors[]): void {
  const { models } = evaluation;
  const tables = [
    [
      ['model', 'NDCG@10', 'Recall@10', 'blend better by', 'p (Holm)'],
      ...models.map(({ model, ndcg, recall }) => [model, withInterval(ndcg), withInterval(recall), ...comparison(evaluation, model)]),
    ],
    [
      ['lists', 'coverage', 'Gini', 'novelty', 'diversity', 'popularity ×', 'outside head'],
      ...models.map(({ model, coverage, gini, novelty, diversity, popularityLift, tailShare }) => [
        model,
        ...[coverage, gini, novelty, diversity, popularityLift, tailShare].map(shortInterval),
      ]),
    ],
    [
      ['NDCG@10', ...models[0]!.segments.map(({ segment, users }) => `${segment} (${users})`)],
      ...models.map(({ model, segments }) => [model, ...segments.map(({ ndcg }) => shortInterval(ndcg))]),
    ],
    [['ratings', 'RMSE', 'MAE'], ...errors.map(({ model, rmse, mae }) => [model, withInterval(rmse), withInterval(mae)])],
  ];
  process.stdout.write(
    `\n${inPlainWords(evaluation).join('\n')}\n\n${tables
      .filter((table) => table.length > 1)
      .map(aligned)
      .join('\n\n')}\n`,
  );
}

function aligned(lines: string[][]): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const padded = lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column]!)).join('  '));
  return padded.map((line) => line.trimEnd()).join('\n');
}

/** Only the training part is looked at. */
function tune(dataset: Dataset, trials: number, seed: number, onProgress: (share: number) => void): HyperParameters {
  const { best, trials: tried } = searchParameters(dataset, { trials, seed, onProgress });
  const lines = tried.map(({ model, ndcg, parameters }) => `${model.padEnd(16)} ${ndcg.toFixed(4)}  ${JSON.stringify(parameters)}`);
  process.stdout.write(`\n${lines.join('\n')}\n`);
  return best;
}

function splitKind({ data, split }: Options): EvaluationReport['split'] {
  if (!data) return 'GIVEN';
  return split === 'temporal' ? 'TEMPORAL' : 'RANDOM';
}

function evaluateShop({ data, train, test, report }: Options): Promise<void> {
  if (data || train || test) throw new CommandLineError('Give either files or --shop.');
  return withShop(async ({ recommendations }) => {
    const found = await interruptibleProgress('Evaluating the recommender', (onProgress) => recommendations.evaluate(onProgress));
    if (!found) return void process.stdout.write('\nThere is too little to learn from and to test with yet.\n');
    printReport(found.report, []);
    await writeReport(report, {
      title: 'Evaluation of the recommender',
      facts: [`made in ${found.seconds.toFixed(1)} s at ${found.at.toISOString()}`],
      evaluation: found.report,
      ratings: [],
      weights: [],
    });
  });
}

async function writeReport(folder: string, report: Report): Promise<void> {
  makeFolder(folder);
  const file = join(folder, 'report.html');
  await making(file, () => writeFileSync(file, renderReport(report)));
  process.stdout.write(`\nThe report is in ${file}.\n`);
}

async function evaluateFiles(options: Options): Promise<void> {
  const split = await readSplit(options);
  if (split.train.length === 0 || split.test.length === 0)
    throw new CommandLineError('There are too few ratings to train on one part and test on the other.');
  const positive = options.positive ?? defaultPositive(split.train);
  const trust = options.trust ? await readTrust(options.trust) : [];
  const { dataset, heldOut, testRatings } = prepare(split, trust, positive);
  const facts = [
    `${split.name}: ${split.train.length} ratings to train on, ${split.test.length} to test with, ${split.rejected} lines left out`,
    `${dataset.users} users, ${dataset.items} items, ${dataset.follows.indices.length} follows`,
    `liked from ${positive} on: ${dataset.liked.indices.length} to train on, ${heldOut.indices.length} to find`,
    `what a user has in the training data is left out of the ranking; users with nothing to find are skipped; seed ${options.seed}`,
  ];
  process.stdout.write(`${printable(facts.join('\n'))}\n`);
  const startedAt = Date.now();
  const trained = await withProgress('Training', (onProgress) => {
    const parameters = options.tune
      ? tune(dataset, options.tune, options.seed, (share) => onProgress(share, 'parameters'))
      : defaultParameters;
    const start = (plan: TrainingPlan) => startFitThreads(options.threads, plan);
    return trainRecommender(dataset, { seed: options.seed, parameters, onProgress, start });
  });
  facts.push(`trained in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  const models = trained.models.map((fitted) => reviveModel(fitted, trained.liked));
  const { seed, diversity } = options;
  const evaluation = evaluateRecommender(trained, dataset, heldOut, { split: splitKind(options), seed, diversity });
  const rated = models.filter(({ name }) => name === 'expected-rating');
  const ratings = rated.map((model) => evaluateRatings(model, dataset, testRatings, options.seed));
  printReport(evaluation, ratings);
  const weights = models.map(({ name }, at) => ({ model: name, base: trained.weights.base[at]!, bySize: trained.weights.bySize[at]! }));
  await writeReport(options.report, { title: `Evaluation on ${split.name}`, facts, evaluation, ratings, weights });
}

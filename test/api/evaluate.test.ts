import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { prepare } from '../../src/evaluation/ratings-file.js';
import { plainRating, type ImportedRating } from '../../src/import/record.js';
import { randomNumbers } from '../../src/recommender/random-numbers.js';
import { trainRecommender } from '../../src/recommender/training.js';
import { runCommand } from '../support/processes.js';

const directory = mkdtempSync(join(tmpdir(), 'plaza-evaluate-'));

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Five tastes; users mostly rate, and like, items of their own. */
function ratings(users: number, items: number): ImportedRating[] {
  const random = randomNumbers(11);
  const made: ImportedRating[] = [];
  for (let user = 0; user < users; user++) {
    for (let item = 0; item < items; item++) {
      const own = user % 5 === item % 5;
      if (random() < (own ? 0.3 : 0.03)) {
        made.push(
          plainRating(
            `u${user}`,
            `i${item}`,
            own ? 3 + Math.round(random() * 2) : 1 + Math.round(random() * 2),
            new Date(1e12 + Math.floor(random() * 1e9)),
          ),
        );
      }
    }
  }
  return made;
}

function movielensFile(name: string, of: ImportedRating[]): string {
  const path = join(directory, name);
  const lines = of.map(({ user, product, rating, at }) => `${user}\t${product}\t${rating}\t${at!.getTime() / 1000}`);
  writeFileSync(path, gzipSync(`${lines.join('\n')}\nnonsense\n`));
  return path;
}

async function evaluate(...args: string[]): Promise<string> {
  const { stdout } = await runCommand('evaluate', ['--report', join(directory, 'report'), ...args]);
  return stdout;
}

/** NDCG@10 and Recall@10 by model, from the printed table. */
function figures(output: string): Map<string, [number, number]> {
  const rows = [...output.matchAll(/^([a-z-]+) +(\d\.\d+) \[[^\]]+\] +(\d\.\d+) \[/gm)];
  return new Map(rows.map(([, model, ndcg, recall]) => [model!, [Number(ndcg), Number(recall)]]));
}

describe('the evaluate command', () => {
  test.each(['random', 'temporal'])('splits a file (%s), prints every model and the blend, and writes a report', async (split) => {
    const output = await evaluate(
      '--format',
      'movielens',
      '--data',
      movielensFile('data.gz', ratings(100, 100)),
      '--split',
      split,
      '--seed',
      '3',
    );
    expect(output).toContain('1 lines left out');
    const table = figures(output);
    for (const model of ['popularity', 'item-neighbours', 'user-neighbours', 'graph-walk', 'ease', 'factors', 'blend'])
      expect(table.has(model)).toBe(true);
    expect(table.get('blend')![0]).toBeGreaterThan(2 * table.get('popularity')![0]);
    expect(output).toMatch(/expected-rating +\d\.\d+ \[.*\] +\d\.\d+ \[/);
    const report = readFileSync(join(directory, 'report', 'report.html'), 'utf8');
    expect(report).toContain('<svg');
    expect(report).toContain('Weights of the blend');
    for (const text of [output, report]) expect(text).toContain('Its ten recommendations held');
    expect(output).toMatch(/^popularity .*[<=] 0\.\d+$/m);
    expect(output).toMatch(/NDCG@10 .*LIGHT_USERS \(\d+\) .*HEAVY_USERS/);
  });

  test('answers the same for the same seed', async () => {
    const file = movielensFile('same.gz', ratings(60, 60));
    const [one, two] = await Promise.all([
      evaluate('--format', 'movielens', '--data', file),
      evaluate('--format', 'movielens', '--data', file),
    ]);
    expect(figures(one)).toEqual(figures(two));
  });

  test.each([
    [[], 'Give either --data, or --train and --test, or --shop.'],
    [['--data', '/nowhere/ratings.txt'], 'there is no such file'],
    [['--data', 'x', '--share', '2'], 'there is no such file'],
    [['--data', 'x', '--format', 'nonsense'], 'Allowed choices are'],
    [['--data', 'x', '--seed', 'one'], 'Expected a number.'],
  ])('says what is wrong with %j', async (args, message) => {
    const { stderr } = await evaluate(...args).then(
      () => expect.fail('it did not fail'),
      (error: unknown) => error as { stderr: string },
    );
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });

  test('refuses a temporal split of ratings without times', async () => {
    const file = join(directory, 'undated.txt');
    writeFileSync(file, '1 1 4\n1 2 3\n2 1 4\n');
    await expect(evaluate('--data', file, '--split', 'temporal')).rejects.toMatchObject({
      stderr: expect.stringContaining('needs a time with every rating'),
    });
  });
});

test('what is held out teaches nothing: other test labels change no model and no weight', async () => {
  const all = ratings(50, 50);
  const train = all.filter((_, at) => at % 5 !== 0);
  const test = all.filter((_, at) => at % 5 === 0);
  const turned = test.map((rating) => ({ ...rating, rating: 6 - rating.rating }));
  const trained = await Promise.all([test, turned].map((labels) => trainRecommender(prepare({ train, test: labels }, [], 4).dataset)));
  expect(trained[1]).toEqual(trained[0]);
});

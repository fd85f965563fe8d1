import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Rejected } from '../../src/import/record.js';
import { RejectsFile } from '../../src/import/rejects.js';

const folder = mkdtempSync(join(tmpdir(), 'plaza-rejects-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('each file that has rejected lines gets one of its own, also where files of different folders have one name', async () => {
  const rejects = new RejectsFile(join(folder, 'rejected.csv'));
  for (const [at, file] of ['2023/reviews.csv', '2024/reviews.csv', '2025/reviews.csv', '2025/other.csv'].entries())
    await rejects.write(file, { line: at + 2, rejected: new Rejected('no', 'rating', 'x'), columns: ['user'], values: [`user ${at}`] });
  await rejects.close();
  const told = readdirSync(folder).map((name) => [name, /user \d/.exec(readFileSync(join(folder, name), 'utf8'))?.[0]]);
  expect(Object.fromEntries(told)).toEqual({
    'rejected.csv': 'user 0',
    'rejected.reviews.csv.csv': 'user 1',
    'rejected.reviews.csv.2.csv': 'user 2',
    'rejected.other.csv.csv': 'user 3',
  });
});

/** Whatever is exported is imported to the same again. */
import fc from 'fast-check';
import { Types } from 'mongoose';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import type { ExportedReview } from '../../src/export/exported-reviews.js';
import { googleFeed } from '../../src/export/google-feed.js';
import { amazonExport, csvExport, type ReviewFormat } from '../../src/export/review-tables.js';
import type { ImportedRating } from '../../src/import/record.js';
import { protectedCell } from '../../src/import/spreadsheet-cells.js';
import { mended, mendedLine } from '../../src/input/text.js';
import { flawsOfFeed } from '../support/google-feed.js';
import { readText } from '../support/import.js';

const formulaSigns = ['=', '+', '-', '@', '\t', '＝', '＋', '－', '＠'];

const text = (maxLength: number) =>
  fc.oneof(
    fc.string({ unit: 'grapheme', maxLength }),
    fc.string({
      unit: fc.constantFrom('&', 'amp;', '&lt;', '&#39;', '<br>', '"', ',', ';', '\n', '\r\n', "'", '\\', ' ', 'a', '€', '\u2028', '😀'),
      maxLength,
    }),
    fc.string({ unit: fc.constantFrom(...formulaSigns, "'", ';', '\n', ',', '"', ' ', ')', '1', 'a'), maxLength }),
  );
// The shop has texts as its API takes them.
const label = fc
  .tuple(fc.constantFrom('x', '=x', "'=x", "''x", '@x', '-1', '+x'), text(30))
  .map(([start, value]) => mendedLine(`${start}${value.replace(/\s+/g, ' ')}`));
const time = fc.integer({ min: Date.UTC(1990, 0, 2), max: Date.UTC(2026, 0, 1) }).map((at) => new Date(at));
const votes = fc.integer({ min: 0, max: 1_000_000_000 });
const stars = fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined });

const rating: fc.Arbitrary<ImportedRating> = fc.record({
  user: fc.stringMatching(/^[A-Za-z0-9_]{3,30}$/),
  userName: label,
  product: fc.stringMatching(/^[a-z電気-]{1,80}$/u).map((slug) => `p${slug}`),
  rating: fc.integer({ min: 60, max: 300 }).map((points) => points / 60),
  aspects: fc.record({ quality: stars, price: stars, service: stars }),
  title: text(60).map((value) => mendedLine(value)),
  body: text(200).map((value) => mended(value).trim()),
  helpful: votes,
  unhelpful: votes,
  verified: fc.boolean(),
  incentivised: fc.boolean(),
  images: fc.uniqueArray(fc.webUrl({ validSchemes: ['http', 'https'] }), { maxLength: 3 }),
  reply: fc.option(fc.record({ body: text(60).map((body) => mended(`.${body}`).trim()), at: time }), { nil: null }),
  published: fc.constant(true),
  at: time,
});

const exported = fc.tuple(rating, label, label).map(([one, title, category]): ExportedReview => ({
  rating: one,
  review: { _id: new Types.ObjectId(), createdAt: one.at } as ExportedReview['review'],
  product: { _id: new Types.ObjectId(), slug: one.product, title, attributes: [] } as unknown as ExportedReview['product'],
  category,
  author: { _id: new Types.ObjectId(), name: one.userName } as ExportedReview['author'],
}));

test.each<[string, ReviewFormat]>([
  ['amazon-reviews', amazonExport],
  ['csv', csvExport],
])('%s comes back as it was', async (format, { head, line }) => {
  await fc.assert(
    fc.asyncProperty(fc.array(exported, { minLength: 1, maxLength: 10 }), async (reviews) => {
      const { ratings, products, rejected } = await readText(format, head + reviews.map(line).join(''));
      expect(rejected).toEqual([]);
      expect(ratings).toEqual(reviews.map((one) => ({ ...one.rating, email: undefined })));
      expect(products.map(({ title, category }) => [title, category])).toEqual(
        reviews.map(({ product, category }) => [product!.title, category]),
      );
    }),
    { numRuns: 200 },
  );
});

describe('a spreadsheet', () => {
  const isFormula = (cell: string) => /^\s*[=+\-@＝＋－＠]/.test(cell) && !/^[+-]?\d+(?:[.,]\d+)?$/.test(cell) && !/^-\)/.test(cell);
  test.each([',', ';', '\t'])('finds no formula in an export whose cells it takes to be separated by %j', (delimiter) => {
    fc.assert(
      fc.property(fc.array(exported, { minLength: 1, maxLength: 5 }), (reviews) => {
        const { data } = Papa.parse<string[]>(csvExport.head + reviews.map(csvExport.line).join(''), { delimiter, newline: '\n' });
        // As a semicolon's spreadsheet does it: a quote amid a cell is a character, and line breaks after it end the row.
        const split = (csvExport.head + reviews.map(csvExport.line).join('')).split(/[\r\n]/).flatMap((line) => line.split(delimiter));
        const cells = [...data.flat(), ...(delimiter === ',' ? [] : split)];
        expect(cells.filter(isFormula)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test.each(['=1+1', '+1+1', '-1+1', '@SUM(1)', '\tx', '\rx', '\nx', ' =1', '＝1'])('is given %j behind an apostrophe', (text) => {
    expect(protectedCell(text)).toMatch(/^'/);
  });

  test('is given numbers as numbers, and texts that begin no formula as they are', () => {
    const plain = ['-1.5', '+3', '-1,5', '5', "'tis", 'a=b', 'mail@example.org', 'two\nlines', 'good ;-)', ''];
    expect(plain.map(protectedCell)).toEqual(plain);
  });

  test('that has saved an export with semicolons leaves it to be imported as it was', async () => {
    const [review] = fc.sample(exported, { numRuns: 1, seed: 7 });
    const one = { ...review!, rating: { ...review!.rating, title: '=1+1', body: "'=2;+3\n@4" } };
    const { data } = Papa.parse<string[]>(csvExport.head + csvExport.line(one), { skipEmptyLines: true });
    const { ratings } = await readText('csv', Papa.unparse(data, { delimiter: ';' }));
    expect(ratings).toMatchObject([{ title: '=1+1', body: "'=2;+3\n@4" }]);
  });
});

test('a table of another program has its apostrophes kept', async () => {
  const { ratings } = await readText('csv', "user,product,rating,title\nbob,pot,5,'=1+1\n");
  expect(ratings).toMatchObject([{ title: "'=1+1" }]);
});

test("Google's feed has the published structure, whatever the reviews hold", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(exported, { maxLength: 5 }), async (reviews) => {
      const pieces: string[] = [];
      for await (const piece of googleFeed(from(reviews), {
        publisher: 'A & B',
        urlOf: (slug) => `https://shop.example/${encodeURIComponent(slug)}`,
      }))
        pieces.push(piece);
      expect(flawsOfFeed(pieces.join(''))).toEqual([]);
      expect(pieces.slice(1, -1)).toHaveLength(reviews.filter(({ rating: { body } }) => body.trim() !== '').length);
    }),
  );
});

async function* from<Item>(items: Item[]): AsyncGenerator<Item> {
  yield* items;
}

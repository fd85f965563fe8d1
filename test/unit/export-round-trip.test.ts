/** Whatever is exported is imported to the same again. */
import fc from 'fast-check';
import { Types } from 'mongoose';
import { expect, test } from 'vitest';
import type { ExportedReview } from '../../src/export/exported-reviews.js';
import { googleFeed } from '../../src/export/google-feed.js';
import { amazonExport, csvExport, type ReviewFormat } from '../../src/export/review-tables.js';
import type { ImportedRating } from '../../src/import/record.js';
import { mended, mendedLine } from '../../src/input/text.js';
import { flawsOfFeed } from '../support/google-feed.js';
import { readText } from '../support/import.js';

const text = (maxLength: number) =>
  fc.oneof(
    fc.string({ unit: 'grapheme', maxLength }),
    fc.string({
      unit: fc.constantFrom('&', 'amp;', '&lt;', '&#39;', '<br>', '"', ',', ';', '\n', '\r\n', "'", '\\', ' ', 'a', '€', '\u2028', '😀'),
      maxLength,
    }),
  );
// The shop has texts as its API takes them.
const label = text(30).map((value) => `x${mendedLine(value.replace(/\s+/g, ' '))}`);
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

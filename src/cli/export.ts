/** Exports the shop's reviews. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { Command } from 'commander';
import { amazonLine } from '../import/formats/amazon-reviews.js';
import type { Features } from '../app.js';
import type { ProductDocument } from '../modules/catalog/index.js';
import type { ReviewDocument } from '../modules/review/index.js';
import type { PublicUser } from '../modules/user/index.js';
import { pointsPerStar } from '../scoring/index.js';
import { withShop } from './command-line.js';

const command = new Command('export')
  .description(
    'Exports every visible review as a line of JSON, with the names of the Amazon review data sets; "import --format amazon-reviews" reads it.',
  )
  .option('--out <file>', 'where to; by default the standard output')
  .parse();

const { out } = command.opts<{ out?: string }>();
const batchSize = 500;

await withShop(async (verbs) => {
  const stream = out ? createWriteStream(out) : process.stdout;
  let count = 0;
  let batch: ReviewDocument[] = [];
  const flush = async (): Promise<void> => {
    for (const line of await linesOf(verbs, batch)) if (!stream.write(line)) await once(stream, 'drain');
    count += batch.length;
    batch = [];
  };
  for await (const review of verbs.reviews.allReviews()) if (batch.push(review) === batchSize) await flush();
  await flush();
  if (out) await finished(stream.end());
  process.stderr.write(`${count} reviews exported.\n`);
});

async function linesOf({ catalog, users }: Features['verbs'], reviews: ReviewDocument[]): Promise<string[]> {
  const [products, authors] = await Promise.all([
    catalog.productById.batch(reviews.map(({ product }) => product)),
    users.userById.batch(reviews.map(({ author }) => author)),
  ]);
  return reviews.map((review, at) => lineOf(review, products[at] ?? null, authors[at] ?? null));
}

function lineOf(review: ReviewDocument, product: ProductDocument | null, author: PublicUser | null): string {
  return amazonLine({
    user: author?.handle ?? review.author.toHexString(),
    userName: author?.name ?? 'A former user',
    product: product?.slug ?? review.product.toHexString(),
    rating: review.points / pointsPerStar,
    title: review.title,
    body: review.body,
    helpful: review.helpful,
    verified: review.verifiedPurchase,
    at: review.createdAt,
  });
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readText } from '../support/import.js';
import { usePlaza } from '../support/plaza.js';

const plaza = usePlaza();

test('reviews are exported in the Amazon-like format, beside a running server, and can be imported again', async () => {
  const merchant = await plaza.account({ merchant: true });
  const [author, moderator] = [await plaza.account(), await plaza.account({ role: 'MODERATOR' })];
  const [productId, other] = [await plaza.product(merchant), await plaza.product(merchant)];
  await plaza.deliver(author, merchant, productId);
  await plaza.review(author, productId, { title: 'Good "pot"', body: 'Two\nlines — and ünicode', quality: 5, price: 4, service: 3 });
  const { review: hidden } = await plaza.review(author, other);
  await plaza.mutate('moderateContent', { contentId: hidden.id, action: 'HIDE', reason: 'x' }, 'entry { at }', moderator.token);
  const out = join(plaza.dataDirectory, 'reviews.jsonl');
  const { stderr } = await plaza.command('export', '--out', out);
  expect(stderr).toContain('1 reviews exported');
  const { ratings } = await readText('amazon-reviews', readFileSync(out, 'utf8'));
  const { product } = await plaza.data('query ($id: ID!) { product(id: $id) { slug } }', { id: productId });
  expect(ratings).toMatchObject([
    {
      user: author.handle,
      product: product.slug,
      rating: 4,
      title: 'Good "pot"',
      body: 'Two\nlines — and ünicode',
      verified: true,
      helpful: 0,
    },
  ]);
  const { stdout } = await plaza.command('import', out, '--format', 'amazon-reviews');
  expect(stdout).toContain('1 accepted, 0 rejected');
});

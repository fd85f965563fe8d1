/**
 * The import beside a running server, from the command line to what the API then says. Most of it runs in this process,
 * with the verbs of the app; what is about the process itself starts one.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { encode } from 'iconv-lite';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runImport, type CommandRun } from '../support/import-command.js';
import { usePlaza } from '../support/plaza.js';
import { until } from '../support/until.js';

const plaza = usePlaza();
const cli = fileURLToPath(new URL('../../dist/cli/plaza.js', import.meta.url));
let folder = '';
let imports = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plaza-import-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const run = (args: string[]): Promise<CommandRun> => runImport(plaza, args);

/** Runs the compiled command in a process of its own. */
async function runProcess(args: string[], environment: Record<string, string> = {}): Promise<CommandRun> {
  const child = spawn(process.execPath, [cli, 'import', ...args], {
    env: { ...process.env, PLAZA_DATA_DIR: plaza.dataDirectory, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (output.stderr += String(chunk)));
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...output };
}

/** Imports text as a source of its own. */
async function importText(format: string, text: string, ...args: string[]): Promise<CommandRun & { source: string }> {
  const source = `source${++imports}`;
  const path = file(`${source}.txt`, text);
  return { source, ...(await run([path, '--format', format, '--source', source, ...args])) };
}

const collection = (name: string) => plaza.connection.collection(name);

const reviewLine = (more: object): string => JSON.stringify({ user_id: 'A1', asin: 'B1', rating: 5, timestamp: 1588687728923, ...more });

async function productsOf(source: string): Promise<{ slug: string; title: string; rating: Record<string, unknown> }[]> {
  const slugs = await collection('products').find({ source }).sort({ title: 1 }).toArray();
  const query = 'query ($slug: String!) { product(slug: $slug) { slug title rating { reviewCount mean weightedMean composite } } }';
  return Promise.all(slugs.map(async ({ slug }) => (await plaza.data(query, { slug: slug as string })).product));
}

describe.skipIf(process.env['MONGODB_URI'])('import', () => {
  test('one line with an impossible time or count harms nobody: it is rejected with line, column, value and reason', async () => {
    const lines = [
      reviewLine({}),
      reviewLine({ user_id: 'A2', timestamp: 32472144000000 }),
      reviewLine({ user_id: 'A3', timestamp: 5 }),
      reviewLine({ user_id: 'A4', helpful_vote: 3e9 }),
      reviewLine({ user_id: 'A5', timestamp: 1588687728923456 }),
    ];
    const rejects = join(folder, 'times.csv');
    const { code, stdout, source } = await importText('amazon-reviews', lines.join('\n'), '--rejects', rejects);
    expect(code).toBe(0);
    expect(stdout).toContain('Lines: 2 accepted, 3 rejected.');
    const [product] = await productsOf(source);
    expect(product!.rating).toMatchObject({ reviewCount: 2, mean: 5, weightedMean: 5 });
    expect(product!.rating['composite']).toBeGreaterThan(3);
    const written = readFileSync(rejects, 'utf8').split('\n');
    expect(written[0]).toBe('import_line,import_column,import_value,import_reason,import_record');
    expect(written[1]).toContain('2,timestamp,32472144000000,"the time 32472144000000 lies in the future, in the year 2999"');
    expect(written[3]).toContain('4,helpful_vote,3000000000,the votes are more than 1000000000');
  });

  test('rejected lines begin no formula in a spreadsheet, and come back as they were', async () => {
    const rejects = join(folder, 'formulas.csv');
    const table = "user,product,rating,body,=2+3\nann,tea,six,=1+1,\nbob,tea,=7,'=1,-2\n";
    const { source } = await importText('csv', `${table}eve,tea,5,fine,\n`, '--rejects', rejects);
    const written = readFileSync(rejects, 'utf8');
    expect(
      Papa.parse<string[]>(written)
        .data.flat()
        .filter((cell) => /^[=+@-]/.test(cell)),
    ).toEqual(['-2']);
    writeFileSync(rejects, written.replace('tea,six,', 'tea,3,').replace("tea,'=7,", 'tea,4,'));
    expect((await run([rejects, '--format', 'csv', '--source', source])).stdout).toContain('2 accepted, 0 rejected');
    const reviews = await collection('reviews').find({ source }).sort({ points: 1 }).toArray();
    expect(reviews.map(({ body }) => body)).toEqual(['=1+1', "'=1", 'fine']);
  });

  test('rejected lines can be mended and imported again, of tables and of other formats', async () => {
    const rejects = join(folder, 'mend.csv');
    const table = await importText('csv', 'user;product;rating;body\nann;tea;4,5;"a\nb"\nbob;tea;six;"c; ""d"""\n', '--rejects', rejects);
    expect(table.stdout).toContain('Lines: 1 accepted, 1 rejected.');
    writeFileSync(rejects, readFileSync(rejects, 'utf8').replaceAll(',six,', ',3,'));
    const again = await run([rejects, '--format', 'csv', '--source', table.source]);
    expect(again.stdout).toContain('New: 1 users, 0 products, 1 reviews');
    const reviews = await collection('reviews').find({ source: table.source }).sort({ points: 1 }).toArray();
    expect(reviews.map(({ points, body }) => [points, body])).toEqual([
      [180, 'c; "d"'],
      [270, 'a\nb'],
    ]);
    const lines = await importText(
      'amazon-reviews',
      `${reviewLine({})}\n${reviewLine({ user_id: 'A2', rating: 9 })}`,
      '--rejects',
      rejects,
    );
    writeFileSync(rejects, readFileSync(rejects, 'utf8').replace('""rating"":9', '""rating"":3'));
    expect((await run([rejects, '--format', 'amazon-reviews', '--source', lines.source])).stdout).toContain('1 accepted, 0 rejected');
    expect((await productsOf(lines.source))[0]!.rating).toMatchObject({ reviewCount: 2, mean: 4 });
  });

  test('categories, products and users whose names come to one slug are told apart, in any script', async () => {
    const names = ['電気製品', '食品', 'Sci-Fi & Fantasy', 'Sci Fi Fantasy', 'Книги', '!!!', '???'];
    const lines = names.flatMap((category, at) => [`u${at},p${at},4,"${category}","電気 ${at % 2}"`, `U${at},q${at},5,"${category}",Tea`]);
    const { code, source } = await importText('csv', `user,product,rating,category,productTitle\n${lines.join('\n')}\n`);
    expect(code).toBe(0);
    const categories = await collection('categories')
      .find({ slug: { $regex: `^${source}-` } })
      .toArray();
    expect(new Set(categories.map(({ slug }) => slug as string)).size).toBe(names.length);
    expect(categories.map(({ slug }) => slug as string)).toEqual(
      expect.arrayContaining([`${source}-電気製品`, `${source}-sci-fi-fantasy`, `${source}-книги`]),
    );
    const products = await productsOf(source);
    expect(products).toHaveLength(2 * names.length);
    expect(products.every(({ slug }) => /^(電気-\d|tea)-/.test(slug))).toBe(true);
  });

  test('five thousand products of one title in another script are all there', async () => {
    const rows = Array.from({ length: 5000 }, (_, at) => `p${at},茶`);
    const { code, stdout } = await importText('csv-products', `id,title\n${rows.join('\n')}\n`);
    expect(code).toBe(0);
    expect(stdout).toContain('New: 1 users, 5000 products, 0 reviews');
  });

  test('a product whose slug is long and in another script has its page', async () => {
    const { source } = await importText('csv', `user,product,rating,productTitle\nann,p,4,${'電気製品'.repeat(30)}\n`);
    const [product] = await productsOf(source);
    const page = await fetch(`${plaza.url}/products/${encodeURIComponent(product!.slug)}`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('電気製品');
  });

  test.each([
    ['a file that is not there', () => join(folder, 'nowhere.csv'), 'there is no such file'],
    [
      'a truncated gzip file',
      () => file('cut.csv.gz', gzipSync('user,product,rating\n'.repeat(5000)).subarray(0, 60)),
      'not downloaded completely',
    ],
    [
      'damaged gzip',
      () => file('bad.csv.gz', Buffer.concat([gzipSync('user,product\n').subarray(0, 12), Buffer.alloc(40, 7)])),
      'cannot be read',
    ],
    ['a truncated zip archive', () => file('cut.zip', Buffer.from('504b030414000000080000', 'hex')), 'not a complete zip archive'],
    ['another compression', () => file('x.csv.bz2', Buffer.from('425a683931415926', 'hex')), 'is compressed with bzip2'],
    ['a wrong header', () => file('wrong.csv', 'who,what\na,b\n'), 'there is no column "product"'],
    ['an empty file', () => file('empty.csv', ''), 'is empty'],
    ['a picture', () => file('picture.csv', Buffer.alloc(4000)), 'is not a text file'],
    ['dates that may be either way', () => file('dates.csv', 'user,product,rating,date\na,b,4,05/06/2020\n'), '--date-order'],
  ])('%s ends with one sentence and no bar before it, with exit code 1, and leaves nothing behind', async (_, path, sentence) => {
    const users = await collection('users').countDocuments();
    const { code, stdout, stderr } = await run([path(), '--format', 'csv', '--source', 'failed']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^[^\n]+\.\n$/);
    expect(stderr).toContain(sentence);
    expect(await collection('users').countDocuments()).toBe(users);
  });

  test('lines of which none can be taken are told, and then that nothing was imported', async () => {
    const { code, stdout, stderr } = await run([file('none.csv', 'user,product,rating\na,b,9\n'), '--format', 'csv', '--source', 'none']);
    expect(code).toBe(1);
    expect(stdout).toContain('none.csv:2: rating: ');
    expect(stderr).toMatch(/\nNothing was imported: no line could be taken\.\n$/);
  });

  test('the process of the command ends by itself, whether the import fails or not', async () => {
    const path = file('process.csv', 'user,product,rating\na,b,4\nc,d,9\n');
    const args = [path, '--format', 'csv', '--source', 'process', '--strict'];
    expect(await runProcess(args)).toMatchObject({ code: 2, stdout: expect.stringContaining('Lines: 1 accepted, 1 rejected.') });
    const failed = await runProcess([
      file('cut-off.gz', gzipSync('user,product,rating\n'.repeat(5000)).subarray(0, 60)),
      '--format',
      'csv',
    ]);
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('not downloaded completely') });
  });

  test.each([
    [['--format', 'nosuch'], "argument 'nosuch' is invalid"],
    [['--format', 'csv', '--rejets', 'x.csv'], "Unknown option '--rejets'"],
    [['--format', 'csv', '--on-conflict', 'maybe'], "argument 'maybe' is invalid"],
    [['--format', 'csv', '--columns', 'nosuch=a'], 'Expected field=column'],
    [['--format', 'csv', '--scale', '5-1'], 'Expected the least and the most'],
    [['--format', 'csv', '--currency', 'XYZ'], 'Expected an ISO 4217 code'],
    [['--format', 'csv', '--delimiter', 'ab'], 'Expected one character'],
    [[], "Required option '--format <format>' not specified"],
  ])('the arguments %j are refused with a sentence and exit code 2', async (args, sentence) => {
    const { code, stderr } = await run([file('arguments.csv', 'user,product,rating\na,b,4\n'), ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(sentence);
  });

  test.each([
    [['--format', 'csv', '--encoding', 'klingon'], 'There is no encoding named "klingon".'],
    [['--format', 'filmtrust', '--columns', 'user=a'], 'filmtrust is no table'],
    [['--format', 'judgeme', '--items', '/nowhere.csv'], 'has no separate file of products'],
    [['--format', 'movielens', '--trust', '/nowhere.txt'], '--trust goes with --format filmtrust'],
  ])('the arguments %j end with a sentence and exit code 1', async (args, sentence) => {
    const { code, stderr } = await run([file('arguments.csv', 'user,product,rating\na,b,4\n'), ...args]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(sentence)]);
  });

  test('--strict ends with exit code 2 where any line is rejected', async () => {
    expect((await importText('csv', 'user,product,rating\na,b,4\nc,d,9\n', '--strict')).code).toBe(2);
    expect((await importText('csv', 'user,product,rating\na,b,4\n', '--strict')).code).toBe(0);
  });

  test('--dry-run reports what an import then does, and writes nothing', async () => {
    const path = file('dry.csv', 'user,product,rating\na,b,4\nc,b,9\nd,b,2\na,b,5\n');
    const args = [path, '--format', 'csv', '--source', 'dry'];
    const report = ({ stdout }: CommandRun): string => stdout.slice(stdout.indexOf('New:'), stdout.indexOf('rejected.'));
    const dry = await run([...args, '--dry-run']);
    expect(dry.stdout).toContain('This was a dry run: nothing was written.');
    expect(await collection('products').countDocuments({ source: 'dry' })).toBe(0);
    const real = await run(args);
    expect(report(real)).toBe(report(dry));
    writeFileSync(path, 'user,product,rating\na,b,1\nd,b,2\ne,b,3\n');
    expect(report(await run([...args, '--dry-run']))).toContain('New: 1 users, 0 products, 1 reviews, 0 follows.\nUpdated: 1 reviews');
  });

  test.each(['update', 'newest', 'keep'])(
    '--dry-run says the same of reviews that the file has twice, far apart, with --on-conflict %s',
    async (rule) => {
      const header = 'user,product,rating,title,at\n';
      const rows = (rating: (at: number) => number, day: (at: number) => string) =>
        Array.from({ length: 6 }, (_, at) => `u${at},p,${rating(at)},t,2020-01-${day(at)}\n`).join('');
      const first = rows(
        () => 3,
        () => '10',
      );
      // More lines than are written at once, of one review.
      const between = 'other,p,3,t,2020-01-10\n'.repeat(20_000);
      const again = rows(
        (at) => (at < 3 ? 3 : 4),
        (at) => ['05', '10', '15'][at % 3]!,
      );
      const path = file(`apart-${rule}.csv`, header + first + between + again);
      const args = [path, '--format', 'csv', '--source', `apart-${rule}`, '--on-conflict', rule];
      const report = ({ stdout }: CommandRun): string => stdout.slice(stdout.indexOf('New:'), stdout.indexOf('rejected.'));
      for (const _ of ['new', 'known']) {
        const dry = report(await run([...args, '--dry-run']));
        expect(report(await run(args))).toBe(dry);
      }
    },
  );

  test('--dry-run says the same of a folder with statements of trust, before and after it is imported', async () => {
    const directory = mkdtempSync(join(folder, 'trust-'));
    writeFileSync(join(directory, 'ratings.txt'), '1 2 3.5\n2 2 4\n9 2 7\n');
    writeFileSync(join(directory, 'trust.txt'), '1 2 1\n2 1 1\n1 2 1\n1 1 1\n');
    const args = [directory, '--format', 'filmtrust', '--source', 'trusting'];
    const report = ({ stdout }: CommandRun): string => stdout.slice(stdout.indexOf('New:'), stdout.indexOf('rejected.'));
    for (const follows of [2, 0]) {
      const dry = await run([...args, '--dry-run']);
      expect(report(dry)).toContain(`${follows} follows.`);
      expect(report(await run(args))).toBe(report(dry));
    }
  });

  test('what a file says can do nothing to the terminal', async () => {
    const escapes = '\u001b[31m\u001b]0;owned\u0007\u009b2J\u202e';
    const name = `esc${'\u001b'}[31mape.csv`;
    const outputs = [
      await run([file(name, `user,product,rating,at\na,b,4,\na,b,${escapes},\na,b,4,${escapes}\n`), '--format', 'csv', '--dry-run']),
      await run([file(name, `user,product,rating${escapes},at\na,b,4\n`), '--format', 'csv', '--columns', 'title=none', '--dry-run']),
      await run([file(name, `${escapes}\n`), '--format', 'csv', '--dry-run']),
    ];
    for (const { stdout, stderr } of outputs) {
      expect(stdout + stderr).toMatch(/\\u\{?0*1b/);
      // eslint-disable-next-line no-control-regex -- these are what must not be there
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  });

  test('a file of rejected lines that cannot be written ends the import with a sentence', async () => {
    const path = file('unwritable.csv', 'user,product,rating\na,b,9\nc,b,4\n');
    const { code, stderr } = await run([path, '--format', 'csv', '--source', 'unwritable', '--rejects', join(folder, 'nowhere', 'x.csv')]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('cannot be written')]);
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  test('a dry run without a store makes none', async () => {
    const path = file('nostore.csv', 'user,product,rating\na,b,4\n');
    const directory = join(folder, 'no-store');
    const { code, stdout } = await runProcess([path, '--format', 'csv', '--dry-run'], { PLAZA_DATA_DIR: directory });
    expect(code).toBe(0);
    expect(stdout).toContain('New: 2 users, 1 products, 1 reviews');
    expect(existsSync(join(directory, 'store'))).toBe(false);
  });

  describe('a newer export', () => {
    const older = 'user,product,rating,body,at,helpful\na,p,2,bad,2020-01-01,3\nb,p,4,good,2020-01-01,0\n';
    const newer = 'user,product,rating,body,at,helpful\na,p,5,better,2021-01-01,4\nb,p,1,worse,2019-01-01,0\nc,p,3,new,2021-01-01,0\n';

    async function twice(onConflict: string) {
      const { source } = await importText('csv', older);
      const { stdout } = await run([file('newer.csv', newer), '--format', 'csv', '--source', source, '--on-conflict', onConflict]);
      return {
        stdout,
        rating: (await productsOf(source))[0]!.rating,
        reviews: await collection('reviews').find({ source }).sort({ body: 1 }).toArray(),
      };
    }

    test('changes what is there, and the scores with it', async () => {
      const { stdout, rating, reviews } = await twice('update');
      expect(stdout).toContain('1 reviews, 0 follows.\nUpdated: 2 reviews, 0 products. Unchanged: 0 reviews.');
      expect(rating).toMatchObject({ reviewCount: 3, mean: 3 });
      expect(reviews.map(({ body, helpful }) => [body, helpful])).toEqual([
        ['better', 4],
        ['new', 0],
        ['worse', 0],
      ]);
    });

    test('is kept out with --on-conflict keep', async () => {
      const { stdout, rating } = await twice('keep');
      expect(stdout).toContain('Updated: 0 reviews, 0 products. Unchanged: 2 reviews.');
      expect(rating).toMatchObject({ reviewCount: 3, mean: 3 });
    });

    test('changes only what is newer with --on-conflict newest', async () => {
      const { stdout, rating } = await twice('newest');
      expect(stdout).toContain('Updated: 1 reviews, 0 products. Unchanged: 1 reviews.');
      expect(rating).toMatchObject({ reviewCount: 3, mean: 4 });
    });

    test('leaves alone what was voted, moderated and said here', async () => {
      const { source } = await importText('csv', older);
      const review = await collection('reviews').findOne({ source, body: 'bad' });
      const { review: found } = await reviewNamed('bad', source);
      const [voter, moderator] = [await plaza.account(), await plaza.account({ role: 'MODERATOR' })];
      await plaza.mutate('voteReview', { reviewId: found.id, vote: 'HELPFUL' }, 'review { id }', voter.token);
      await plaza.mutate('moderateContent', { contentId: found.id, action: 'HIDE', reason: 'x' }, 'entry { createdAt }', moderator.token);
      await run([file('newer.csv', newer), '--format', 'csv', '--source', source]);
      const after = await collection('reviews').findOne({ _id: review!._id });
      expect(after).toMatchObject({ body: 'better', helpful: 5, visible: false });
      expect((await productsOf(source))[0]!.rating).toMatchObject({ reviewCount: 2, mean: 2 });
    });

    test('of products changes titles and prices', async () => {
      const { source } = await importText('csv-products', 'id,title,price,currency\na,Tea,1.00,EUR\nb,Pot,2.00,EUR\n');
      const { stdout } = await run([
        file('p.csv', 'id,title,price,currency\na,Green tea,1.50,EUR\nb,Pot,2.00,EUR\n'),
        '--format',
        'csv-products',
        '--source',
        source,
      ]);
      expect(stdout).toContain('Updated: 0 reviews, 1 products.');
      expect(await collection('products').findOne({ source, title: 'Green tea' })).toMatchObject({
        price: { amountMinor: 150, currency: 'EUR' },
      });
    });
  });

  test('products without a price are shown and not sold, until their merchant gives them one', async () => {
    const merchant = await plaza.account({ merchant: true });
    const rows = 'id,title,price,currency\na,Unpriced tea,,\nb,Tea for nothing,0.00,EUR\nc,Priced tea,3.00,EUR\n';
    const { source } = await importText('csv-products', rows, '--merchant', merchant.email);
    const [priced, nothing, unpriced] = await pricesOf(source);
    expect(priced).toMatchObject({ price: { amountMinor: 300, currency: 'EUR' }, availability: 'IN_STOCK', jsonLd: { offers: {} } });
    for (const product of [nothing, unpriced]) {
      expect(product).toMatchObject({ price: null, availability: 'UNLISTED' });
      expect(product.jsonLd).not.toHaveProperty('offers');
    }
    const buyer = await plaza.account();
    const order = () =>
      plaza.mutate('placeOrder', { items: [{ productId: unpriced.id }] }, 'order { totalPrice { amountMinor } }', buyer.token);
    expect(await order()).toMatchObject({
      order: null,
      userErrors: [{ code: 'NOT_ALLOWED', field: ['input', 'items', '0', 'productId'] }],
    });
    const page = await fetch(`${plaza.url}/products/${unpriced.slug}`);
    expect(await page.text()).toContain('<p class="price">Not for sale</p>');
    const price = { amountMinor: 250, currency: 'EUR' };
    const { product } = await plaza.mutate(
      'updateProduct',
      { productId: unpriced.id, price },
      'product { availability price { amountMinor } }',
      merchant.token,
    );
    expect(product).toEqual({ availability: 'IN_STOCK', price: { amountMinor: 250 } });
    expect((await order()).order).toEqual({ totalPrice: { amountMinor: 250 } });
  });

  async function pricesOf(source: string) {
    const query = 'query ($slug: String!) { product(slug: $slug) { id slug price { amountMinor currency } availability jsonLd } }';
    const products = await collection('products').find({ source }).sort({ title: 1 }).toArray();
    return Promise.all(products.map(async ({ slug }) => (await plaza.data(query, { slug: slug as string })).product));
  }

  test('Shopify and WooCommerce say what can be ordered when none is left', async () => {
    const shopify = await importText(
      'shopify',
      'Handle,Title,Variant Price,Variant Inventory Qty,Variant Inventory Policy\na,A pot,3.00,0,continue\nb,B pot,3.00,0,deny\n',
      '--currency',
      'EUR',
    );
    expect((await pricesOf(shopify.source)).map(({ availability }) => availability as string)).toEqual(['BACKORDER', 'OUT_OF_STOCK']);
    const woocommerce = await importText(
      'woocommerce',
      'ID,SKU,Name,Regular price,Stock,Backorders allowed?\n1,a,A,3.00,0,notify\n2,b,B,3.00,0,0\n3,c,C,3.00,,0\n4,d,D,,,0\n',
      '--currency',
      'EUR',
    );
    const found = (await pricesOf(woocommerce.source)).map(({ availability }) => availability as string);
    expect(found).toEqual(['BACKORDER', 'OUT_OF_STOCK', 'IN_STOCK', 'UNLISTED']);
  });

  async function reviewNamed(body: string, source: string) {
    const { slug } = (await collection('products').findOne({ source }))!;
    const query =
      'query ($slug: String!) { product(slug: $slug) { reviews(first: 50) { edges { node { id body author { name handle } } } } } }';
    const { product } = await plaza.data(query, { slug: slug as string });
    return {
      review: product.reviews.edges.map(({ node }: { node: unknown }) => node).find((node: { body: string }) => node.body === body),
    };
  }

  test('nobody sees an address that named a user', async () => {
    const { source } = await importText('csv', 'customer_email,product,rating,body\nann@example.org,p,4,fine\n');
    const { review } = await reviewNamed('fine', source);
    expect(review.author.name).toMatch(/^Member [0-9a-f]{12}$/);
    expect(JSON.stringify(review)).not.toContain('ann');
    const sealed = await collection('users').findOne({ source, sealedImportedEmail: { $exists: true } });
    expect(JSON.stringify(sealed)).not.toContain('ann@example.org');
    expect((await plaza.app.verbs.users.accountOf(sealed!._id))!.importedEmail).toBe('ann@example.org');
  });

  test('only what the source shows is shown, with the answers of its merchant', async () => {
    const path = fileURLToPath(new URL('../fixtures/import/judgeme.csv', import.meta.url));
    expect((await run([path, '--format', 'judgeme'])).code).toBe(0);
    const { slug } = (await collection('products').findOne({ source: 'judgeme' }))!;
    const query = `query ($slug: String!) { product(slug: $slug) { rating { reviewCount mean } reviews(first: 10, sort: HIGHEST) { edges { node {
      title overall verifiedPurchase imageUrls response { body } author { name } } } } } }`;
    const { product } = await plaza.data(query, { slug: slug as string });
    expect(product.rating).toEqual({ reviewCount: 2, mean: 3.5 });
    expect(product.reviews.edges[0].node).toMatchObject({
      title: 'Lovely',
      verifiedPurchase: true,
      response: { body: 'Thank you!' },
      author: { name: 'Ann B.' },
    });
    expect(product.reviews.edges[0].node.imageUrls).toHaveLength(2);
  });

  test('verified purchases are orders in the shop’s currency', async () => {
    const path = fileURLToPath(new URL('../fixtures/import/judgeme.csv', import.meta.url));
    await plaza.commandWith({ CURRENCY: 'JPY' }, 'import', path, '--format', 'judgeme', '--source', 'tokyo');
    const products = await collection('products').distinct('_id', { source: 'tokyo' });
    const orders = await collection('orders')
      .find({ 'items.product': { $in: products } })
      .toArray();
    expect(orders.map(({ total, items }) => [total.currency, items[0].price.currency])).toEqual([['JPY', 'JPY']]);
  });

  test('the products of a source can be handed to an account', async () => {
    const merchant = await plaza.account({ merchant: true });
    const { source, stdout } = await importText('csv', 'user,product,rating\na,p,4\n');
    expect(stdout).toContain('New: 2 users');
    const args = [file('merchant.csv', 'user,product,rating\na,p,4\na,q,5\n'), '--format', 'csv', '--source', source, '--merchant'];
    expect((await run([...args, 'nobody@example.org'])).stderr).toContain('There is no merchant’s account'.replace('’', "'"));
    expect((await run([...args, merchant.email])).code).toBe(0);
    const account = await collection('users').findOne({ handle: merchant.handle });
    const owners = await collection('products').find({ source }).toArray();
    expect(owners.map(({ merchant: owner }) => String(owner))).toEqual([String(account!._id), String(account!._id)]);
  });

  test('a whole data set is read from a folder', async () => {
    const directory = mkdtempSync(join(folder, 'ml-'));
    writeFileSync(join(directory, 'ratings.csv'), 'userId,movieId,rating,timestamp\n1,10,3.5,881250949\n2,10,4.5,881250949\n');
    writeFileSync(
      join(directory, 'movies.csv'),
      'movieId,title,genres\n10,"American President, The (1995)",Comedy|Drama\n11,Jumanji (1995),Adventure\n',
    );
    writeFileSync(join(directory, 'links.csv'), 'movieId,imdbId,tmdbId\n10,1,2\n');
    writeFileSync(join(directory, 'README.txt'), 'About\n');
    const { stdout, code } = await run([directory, '--format', 'movielens', '--source', 'folder']);
    expect(code).toBe(0);
    expect(stdout).toContain('New: 3 users, 2 products, 2 reviews');
    expect((await productsOf('folder')).map(({ title, rating }) => [title, rating['mean']])).toEqual([
      ['American President, The (1995)', 4],
      ['Jumanji (1995)', null],
    ]);
  });

  test('UTF-16 and Windows-1252 come out as they were written', async () => {
    const text = 'user;product;rating;body\na;p;4,5;Größe — „gut“\n';
    for (const encoding of ['utf-16le', 'windows-1252']) {
      const path = file(`${encoding}.csv`, encode(text, encoding, { addBOM: true }));
      await run([path, '--format', 'csv', '--source', encoding]);
      expect(await collection('reviews').findOne({ source: encoding })).toMatchObject({ body: 'Größe — „gut“', points: 270 });
    }
  });

  test('two imports of one source at once leave everything there once, and exact scores', async () => {
    const rows = (from: number) => Array.from({ length: 600 }, (_, at) => `u${from + at},p${(from + at) % 7},${1 + (at % 5)}`);
    const paths = [0, 300].map((from) => file(`at-once-${from}.csv`, `user,product,rating\n${rows(from).join('\n')}\n`));
    await Promise.all(paths.map((path) => runProcess([path, '--format', 'csv', '--source', 'atonce', '--on-conflict', 'keep'])));
    const products = await productsOf('atonce');
    const reviews = await collection('reviews').find({ source: 'atonce' }).toArray();
    expect([products.length, reviews.length]).toEqual([7, 900]);
    expect(products.reduce((sum, { rating }) => sum + (rating['reviewCount'] as number), 0)).toBe(900);
    const points = reviews.reduce((sum, review) => sum + (review['points'] as number) / 60, 0);
    expect(products.reduce((sum, { rating }) => sum + (rating['mean'] as number) * (rating['reviewCount'] as number), 0)).toBeCloseTo(
      points,
      6,
    );
  });

  describe('an import of three batches', () => {
    const lines = 6000;
    // What nobody takes makes the lines long, so that few of them are a batch.
    const filler = 'x'.repeat(8000);
    const large = () => {
      const rows = Array.from({ length: lines }, (_, at) => `u${Math.floor(at / 12)},p${at % 12},${1 + (at % 5)},${filler}`);
      return file('large.csv', `user,product,rating,notes\n${rows.join('\n')}\n`);
    };
    const written = (source: string) => collection('reviews').countDocuments({ source });
    const counted = async (source: string) => (await productsOf(source)).map(({ rating }) => rating['reviewCount'] as number);
    const total = (counts: number[]) => counts.reduce((sum, count) => sum + count, 0);

    /** Begins the import in a process, and ends that once some of the reviews are there. */
    async function endedBy(signal: 'SIGINT' | 'SIGKILL', args: string[], source: string): Promise<{ code: number | null; stderr: string }> {
      const child = spawn(process.execPath, [cli, 'import', ...args], {
        env: { ...process.env, PLAZA_DATA_DIR: plaza.dataDirectory },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let stderr = '';
      child.stderr.on('data', (chunk) => (stderr += String(chunk)));
      const closed = once(child, 'close');
      await until(async () => (await written(source)) > 0);
      child.kill(signal);
      const [code] = (await closed) as [number | null];
      return { code, stderr };
    }

    test('that is interrupted says so, keeps its scores true, and is taken up by the same command', async () => {
      const args = [large(), '--format', 'csv', '--source', 'long'];
      const { code, stderr } = await endedBy('SIGINT', args, 'long');
      expect([code, stderr]).toEqual([1, expect.stringContaining('Run the same command again to go on.')]);
      const kept = await written('long');
      expect(kept).toBeLessThan(lines);
      expect(total(await counted('long'))).toBe(kept);
      expect((await run(args)).stdout).toMatch(new RegExp(`New: \\d+ users, 0 products, ${lines - kept} reviews`));
      expect(total(await counted('long'))).toBe(lines);
    });

    test('that was killed is taken up by the same command, with exact scores', async () => {
      const args = [large(), '--format', 'csv', '--source', 'killed'];
      await endedBy('SIGKILL', args, 'killed');
      expect(await written('killed')).toBeLessThan(lines);
      expect((await run(args)).code).toBe(0);
      const products = await productsOf('killed');
      expect(products.map(({ rating }) => rating['reviewCount'])).toEqual(Array(12).fill(lines / 12));
      for (const { rating } of products) expect(rating['mean']).toBeCloseTo(3, 10);
      const ids = (await collection('products').find({ source: 'killed' }).toArray()).map(({ _id }) => _id);
      expect(await collection('interactions').countDocuments({ product: { $in: ids } })).toBe(lines);
    });
  });
});

describe('administrators see', () => {
  const query = `{ imports(first: 3) { edges { node { source format file status progress startedAt endedAt error acceptedLineCount rejectedLineCount
    newProductCount newReviewCount updatedReviewCount unchangedReviewCount rejects { file line column reason } } } } }`;
  const seen = async (token: string) => (await plaza.data(query, {}, token)).imports.edges.map(({ node }: { node: object }) => node);

  test('how an import went: what was taken and updated, and which lines were rejected, without what they say', async () => {
    const admin = await plaza.account({ role: 'ADMIN' });
    const lines = [reviewLine({}), reviewLine({ user_id: 'A2', rating: 'ann@shop.example' }), reviewLine({ user_id: 'A3' })];
    const { source } = await importText('amazon-reviews', `${lines.join('\n')}\n`);
    const found = { source, format: 'amazon-reviews', file: `${source}.txt`, status: 'COMPLETED', progress: 1, error: null };
    expect((await seen(admin.token))[0]).toEqual({
      ...found,
      ...{ startedAt: expect.any(String), endedAt: expect.any(String), acceptedLineCount: 2, rejectedLineCount: 1 },
      ...{ newProductCount: 1, newReviewCount: 2, updatedReviewCount: 0, unchangedReviewCount: 0 },
      rejects: [{ file: `${source}.txt`, line: 2, column: 'rating', reason: 'the rating "…" is not a number' }],
    });
    await run([join(folder, `${source}.txt`), '--format', 'amazon-reviews', '--source', source, '--dry-run']);
    await run([join(folder, `${source}.txt`), '--format', 'amazon-reviews', '--source', source]);
    const [again, first] = await seen(admin.token);
    expect(again).toMatchObject({ ...found, newReviewCount: 0, unchangedReviewCount: 2 });
    expect(first).toMatchObject({ ...found, newReviewCount: 2 });
    await run([file('empty.txt', ''), '--format', 'amazon-reviews', '--source', source]);
    expect((await seen(admin.token))[0]).toMatchObject({
      file: 'empty.txt',
      status: 'FAILED',
      acceptedLineCount: 0,
      error: expect.any(String),
    });
  });

  test('an import while it runs, and one that was killed', async () => {
    const admin = await plaza.account({ role: 'ADMIN' });
    const notes = await plaza.app.verbs.importRuns.begin({ source: 'live', format: 'csv', file: 'live.csv' });
    expect((await seen(admin.token))[0]).toMatchObject({ source: 'live', status: 'RUNNING', progress: 0, endedAt: null });
    notes.noteProgress(0.4);
    for (let line = 1; line <= 150; line++) notes.noteRejected({ file: 'live.csv', line, column: null, reason: 'no', value: '' });
    await until(async () => (await seen(admin.token))[0].progress === 0.4);
    const [running] = await seen(admin.token);
    expect(running).toMatchObject({ status: 'RUNNING', rejectedLineCount: 150 });
    expect(running.rejects).toHaveLength(100);
    await notes.end('The import was interrupted.');
    expect((await seen(admin.token))[0]).toMatchObject({ status: 'FAILED', error: 'The import was interrupted.', progress: 0.4 });
    await collection('import_runs').updateOne({ source: 'live' }, { $set: { endedAt: null, seenAt: new Date(Date.now() - 60_000) } });
    expect((await seen(admin.token))[0]).toMatchObject({ status: 'INTERRUPTED' });
  });
});

test('a product that its source has taken out of the shop ends the subscriptions of those who no longer see it', async () => {
  const products = (status: string): string => file('leaving.csv', `id,title,status\n1,Leaving,${status}\n2,Staying,active\n`);
  const again = (status: string) =>
    run(['--format', 'csv-products', products(status), '--source', 'leaving', '--columns', 'status=status', '--on-conflict', 'update']);
  expect((await again('active')).code).toBe(0);
  const watch = async (externalId: string) => {
    const { product } = await plaza.data(`{ product(externalId: "${externalId}", source: "leaving") { id } }`);
    const query = 'subscription ($id: ID!) { commentAdded(subjectId: $id) { comment { body } } }';
    return { id: product.id as string, events: await plaza.subscribe(query, { id: product.id }) };
  };
  const [leaving, staying] = [await watch('1'), await watch('2')];
  expect((await again('archived')).code).toBe(0);
  await expect(leaving.events.next()).rejects.toThrow('the subscription has ended');
  const { token } = await plaza.account();
  await plaza.mutate('addComment', { subjectId: staying.id, body: 'Still here' }, 'comment { id }', token);
  expect((await staying.events.next()).data.commentAdded).toEqual({ comment: { body: 'Still here' } });
  staying.events.stop();
});

/** What is taken from each format. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { pointsOf } from '../../src/import/documents.js';
import { handleOf, importedId, nameOf } from '../../src/import/identity.js';
import { formatNamed, formatNames, planFiles } from '../../src/import/formats/catalogue.js';
import { readBytes, readOne, readText, type ReadingTest } from '../support/import.js';

const fixture = (name: string, options?: ReadingTest) =>
  readBytes(name, readFileSync(new URL(`../fixtures/import/${name}.csv`, import.meta.url)), options);

describe('filmtrust', () => {
  test('reads ratings', async () => {
    expect(await readOne('filmtrust', ' 12 207\t3.5 ')).toMatchObject({ user: '12', product: '207', rating: 3.5, at: null });
  });

  test.each([
    ['12 207', 'expected "user item rating"'],
    ['12 207 3 4', 'expected "user item rating"'],
    ['12 207 good', 'the rating "good" is not a number'],
    ['12 207 4.5', 'the rating 4.5 is not from 0.5 to 4'],
    ['12 207 NaN', 'the rating "NaN" is not a number'],
  ])('rejects "%s"', async (line, reason) => {
    expect((await readText('filmtrust', line)).rejected).toMatchObject([{ line: 1, reason }]);
  });
});

describe('movielens', () => {
  test.each([
    ['100k', '196\t242\t3\t881250949\n'],
    ['1M', '196::242::3::881250949\n'],
    ['10M', '196::242::3.0::881250949\n'],
    ['20M, 25M and 32M', 'userId,movieId,rating,timestamp\n196,242,3.0,881250949\n'],
    ['25M with quotes', '"userId","movieId","rating","timestamp"\n"196","242","3.0","881250949"\n'],
  ])('reads ratings of %s', async (_, text) => {
    expect(await readOne('movielens', text)).toMatchObject({ user: '196', product: '242', rating: 3, at: new Date(881250949000) });
  });

  test('reads half stars', async () => {
    expect((await readOne('movielens', 'userId,movieId,rating,timestamp\n1,2,0.5,881250949\n')).rating).toBe(0.5);
  });

  test.each([
    ['100k', `1|Toy Story (1995)|01-Jan-1995||http://x/|${[0, 0, 0, 1, 1, 1, ...Array<number>(13).fill(0)].join('|')}\n`, 'Animation'],
    ['1M', "1::Toy Story (1995)::Animation|Children's|Comedy\n", 'Animation'],
    ['25M', 'movieId,title,genres\n1,"Toy Story (1995)",Animation|Children|Comedy\n', 'Animation'],
    ['25M without genres', 'movieId,title,genres\n1,Toy Story (1995),(no genres listed)\n', undefined],
  ])('reads titles and genres of %s', async (_, text, category) => {
    const format = formatNamed('movielens', {}, undefined);
    expect(format.products).toHaveLength(2);
    const products = format.products.map(({ name }) => name);
    expect(products).toEqual(['movielens-items', 'movielens-items']);
    const { readEntries } = await import('../../src/import/entries.js');
    const { Readable } = await import('node:stream');
    const file = { name: 'items', size: 1, open: async () => Readable.from([Buffer.from(text)]) };
    const entries = [];
    for await (const line of readEntries(file, { ...format, variants: format.products }, {})) entries.push(line.entry?.product);
    expect(entries).toMatchObject([{ product: '1', title: 'Toy Story (1995)', ...(category && { category }) }]);
    expect(entries[0]!.category).toBe(category);
  });

  test.each([
    ['196 242 3 881250949', 'separated by tabs'],
    ['196\t242\t0\t881250949', 'is not from 0.5 to 5'],
    ['\t242\t3\t881250949', 'the user is missing'],
    ['196\t242\t3\tyesterday', '"yesterday" is not a valid time'],
  ])('rejects "%s"', async (line, reason) => {
    expect((await readText('movielens', line)).rejected).toMatchObject([{ line: 1, reason: expect.stringContaining(reason) }]);
  });
});

describe('JSON that is not one object a line', () => {
  const reviews = Array.from({ length: 5 }, (_, at) => ({
    user_id: `u${at}`,
    asin: 'B1',
    rating: 5,
    title: 'a } "quoted" [ brace',
    text: 'back\\slash\n{next}',
  }));

  test.each([
    ['an array on one line', JSON.stringify(reviews)],
    ['an array over several lines', JSON.stringify(reviews, null, 2)],
    ['an array with an object a line', `[\n${reviews.map((review) => JSON.stringify(review)).join(',\n')}\n]\n`],
    ['objects over several lines', reviews.map((review) => JSON.stringify(review, null, '\t')).join('\n')],
    ['an array with line ends of Windows', JSON.stringify(reviews, null, 2).replaceAll('\n', '\r\n')],
  ])('%s is read as its lines are', async (_, text) => {
    const lines = await readText('amazon-reviews', reviews.map((review) => JSON.stringify(review)).join('\n'));
    const { ratings, rejected } = await readText('amazon-reviews', text);
    expect(rejected).toEqual([]);
    expect(ratings).toHaveLength(5);
    expect(ratings).toEqual(lines.ratings);
  });

  test('each rejected object has the line on which it begins, and spoils no other', async () => {
    const [first, ...rest] = reviews;
    const text = JSON.stringify([first, { ...first, rating: 9 }, 7, ...rest], null, 2);
    const { ratings, rejected } = await readText('amazon-reviews', text);
    expect(ratings).toHaveLength(5);
    expect(rejected.map(({ line, column }) => [text.split('\n')[line - 1]!.trim(), column])).toEqual([
      ['{', 'rating'],
      ['7,', ''],
    ]);
  });

  test('an object that is cut off is rejected', async () => {
    const text = JSON.stringify(reviews, null, 2);
    const { ratings, rejected } = await readText('amazon-reviews', text.slice(0, -20));
    expect(ratings).toHaveLength(4);
    expect(rejected).toMatchObject([{ reason: 'this is not JSON' }]);
  });
});

describe('amazon-reviews', () => {
  test('reads the names of 2014', async () => {
    const line = {
      reviewerID: 'A1',
      reviewerName: 'Ann &amp; Bob',
      asin: 'B1',
      overall: 4.0,
      summary: 'Good',
      reviewText: 'Very good.',
      helpful: [2, 10],
      unixReviewTime: 1252800000,
      reviewTime: '09 13, 2009',
    };
    expect(await readOne('amazon-reviews', JSON.stringify(line))).toMatchObject({
      user: 'A1',
      userName: 'Ann & Bob',
      product: 'B1',
      rating: 4,
      title: 'Good',
      body: 'Very good.',
      helpful: 2,
      unhelpful: 8,
      at: new Date(1252800000000),
    });
  });

  test('reads the names of 2018', async () => {
    const line = {
      reviewerID: 'A1',
      asin: 'B1',
      overall: 4,
      vote: '1,234',
      verified: true,
      reviewTime: '09 3, 2009',
      image: ['https://a.example/1.jpg'],
    };
    expect(await readOne('amazon-reviews', JSON.stringify(line))).toMatchObject({
      helpful: 1234,
      verified: true,
      images: ['https://a.example/1.jpg'],
      at: new Date('2009-09-03T00:00:00Z'),
    });
  });

  test('reads the names of 2023', async () => {
    const line = {
      user_id: 'A1',
      asin: 'B1',
      parent_asin: 'P1',
      rating: 5.0,
      title: 'Wow',
      text: 'So.',
      helpful_vote: 7,
      timestamp: 1588687728923,
      verified_purchase: false,
      images: [{ small_image_url: 'https://a.example/s.jpg', large_image_url: 'https://a.example/l.jpg' }],
    };
    expect(await readOne('amazon-reviews', JSON.stringify(line))).toMatchObject({
      user: 'A1',
      product: 'P1',
      rating: 5,
      title: 'Wow',
      body: 'So.',
      helpful: 7,
      unhelpful: 0,
      verified: false,
      images: ['https://a.example/l.jpg'],
      at: new Date(1588687728923),
    });
  });

  test('reads lines that are written as Python writes them, as the data sets of 2014 are', async () => {
    const line = `{'reviewerID': 'A1', 'asin': 'B1', 'helpful': [0, 0], 'reviewText': u"It's \\"fine\\" \\xe9 None", 'summary': 'T\\'s', 'overall': 5.0, 'gone': None, 'unixReviewTime': 1252800000}`;
    expect(await readOne('amazon-reviews', line)).toMatchObject({ user: 'A1', title: "T's", body: 'It\'s "fine" é None', rating: 5 });
    const product = `{'asin': 'B1', 'title': "Ann's", 'price': 5.74, 'categories': [['Home', 'Tea']], 'salesRank': {'Home': 3}}`;
    expect((await readText('amazon-products', product)).products).toMatchObject([{ title: "Ann's", category: 'Tea' }]);
    expect((await readText('amazon-reviews', "{'reviewerID': 'A1', __import__('os')}")).rejected).toMatchObject([
      { reason: 'this is not JSON' },
    ]);
  });

  test('reads the table of ratings of 2023', async () => {
    const text = 'user_id,parent_asin,rating,timestamp\nA,B,4.0,1588687728923\n';
    expect(await readOne('amazon-reviews', text)).toMatchObject({ user: 'A', product: 'B', rating: 4, at: new Date(1588687728923) });
  });

  const valid = { user_id: 'A', asin: 'B1', rating: 5 };

  test.each([
    ['{"reviewerID": ', '', 'this is not JSON'],
    ['[1]', '', 'this is not a JSON object'],
    ['{"asin":"B1","overall":5}', 'reviewerID', 'the reviewerID or user_id is missing'],
    [JSON.stringify({ ...valid, rating: 9 }), 'rating', 'the rating 9 is not from 1 to 5'],
    [JSON.stringify({ ...valid, text: 7 }), 'text', 'the text is not text'],
    [JSON.stringify({ ...valid, helpful_vote: -2 }), 'helpful_vote', 'the votes are not a whole number'],
    [JSON.stringify({ ...valid, helpful_vote: 1.5 }), 'helpful_vote', 'the votes are not a whole number'],
    [JSON.stringify({ ...valid, helpful_vote: 2 ** 31 }), 'helpful_vote', 'the votes are more than 1000000000'],
    [JSON.stringify({ ...valid, helpful: [11, 10] }), 'helpful', '11 of 10 helpful votes is impossible'],
    [JSON.stringify({ ...valid, timestamp: 32472144000 }), 'timestamp', 'in the year 2999'],
    [JSON.stringify({ ...valid, images: ['javascript:alert(1)'] }), 'images', 'is not a web address'],
    [JSON.stringify({ ...valid, user_id: 'x'.repeat(201) }), 'user_id', 'longer than 200 characters'],
  ])('rejects %s', async (line, column, reason) => {
    expect((await readText('amazon-reviews', line)).rejected).toMatchObject([{ line: 1, column, reason: expect.stringContaining(reason) }]);
  });
});

describe('amazon-products', () => {
  test.each([
    [
      '2014',
      {
        asin: 'B1',
        title: 'Tea &amp; pot',
        price: 5.74,
        imUrl: 'http://a.example/1.jpg',
        brand: 'Potter',
        categories: [['Home', 'Teapots']],
      },
    ],
    [
      '2018',
      {
        asin: 'B1',
        title: 'Tea &amp; pot',
        price: '$5.74',
        imageURLHighRes: ['http://a.example/1.jpg'],
        brand: 'Potter',
        category: ['Home', 'Teapots'],
      },
    ],
    [
      '2023',
      {
        parent_asin: 'B1',
        title: 'Tea &amp; pot',
        price: '5.74',
        images: [{ large: 'http://a.example/1.jpg' }],
        store: 'Potter',
        main_category: 'Home',
        categories: ['Home', 'Teapots'],
        description: ['Keeps', 'hot'],
      },
    ],
  ])('reads the names of %s', async (_, line) => {
    const { products } = await readText('amazon-products', JSON.stringify(line));
    expect(products).toMatchObject([
      {
        product: 'B1',
        title: 'Tea & pot',
        category: 'Teapots',
        price: { amountMinor: 574, currency: 'USD' },
        image: 'http://a.example/1.jpg',
        brand: 'Potter',
        attributes: [],
      },
    ]);
  });

  test('products without a price have none, and long titles are shortened between characters', async () => {
    const { products } = await readText('amazon-products', JSON.stringify({ asin: 'B1', title: '👍'.repeat(300), price: '—' }));
    expect(products[0]!.price).toBeUndefined();
    expect(products[0]!.title).toBe(`${'👍'.repeat(199)}…`);
  });
});

describe('review apps', () => {
  const ann = { email: 'ann@example.org', userName: 'Ann B.', rating: 5, published: true, verified: true };
  const reply = expect.objectContaining({ body: 'Thank you!' });

  test('Judge.me: replies, pictures, status, and buyers who were asked by e-mail', async () => {
    const { ratings } = await fixture('judgeme');
    expect(ratings).toMatchObject([
      {
        ...ann,
        product: 'blue-teapot',
        body: 'Keeps tea hot.\nFor hours!',
        at: new Date('2021-03-04T10:20:30Z'),
        images: ['https://cdn.example.com/1.jpg', 'https://cdn.example.com/2.jpg'],
        reply: { body: 'Thank you!', at: new Date('2021-03-05T09:00:00Z') },
      },
      { email: 'bob@example.org', published: true, verified: false, reply: null },
      { email: 'spam@example.org', published: false },
    ]);
  });

  test('Yotpo: votes, products, comments', async () => {
    const { ratings, products } = await fixture('yotpo');
    expect(ratings).toMatchObject([
      { ...ann, body: 'Keeps tea "hot"', helpful: 3, unhelpful: 1, reply, images: ['https://cdn.example.com/1.jpg'] },
      { email: 'bob@example.org', published: false, verified: false },
    ]);
    expect(products[0]).toMatchObject({ product: 'blue-teapot', title: 'Blue teapot', image: 'https://cdn.example.com/p.jpg' });
  });

  test('Loox: people of one name without an address stay apart', async () => {
    const { ratings } = await fixture('loox');
    expect(ratings).toMatchObject([{ ...ann, reply }, { published: false }, { published: true, userName: 'Bob' }]);
    expect(ratings[1]!.user).not.toBe(ratings[2]!.user);
  });

  test('Stamped: dates with the month first', async () => {
    const { ratings } = await fixture('stamped');
    expect(ratings).toMatchObject([
      { ...ann, at: new Date('2021-03-14'), helpful: 2, reply },
      { published: false, verified: false },
    ]);
  });

  test('Okendo: incentives', async () => {
    const { ratings, products } = await fixture('okendo');
    expect(ratings).toMatchObject([{ ...ann, incentivised: true, helpful: 4, unhelpful: 1, reply }, { published: false }]);
    expect(ratings[0]!.images).toHaveLength(2);
    expect(products[0]).toMatchObject({ title: 'Blue teapot', sku: 'TP-1' });
  });

  test('Magento: states as numbers, and the mean of the aspects', async () => {
    const { ratings } = await fixture('magento');
    expect(ratings).toMatchObject([
      { user: 'customer 12', userName: 'Ann', product: 'TP-1', rating: 4.5, aspects: { quality: 5, price: 4 }, published: true },
      { rating: 2, published: false },
      { rating: 4, aspects: { quality: 4 }, published: true },
    ]);
    expect(new Set(ratings.map(({ user }) => user)).size).toBe(3);
  });

  test.each([
    ['judgeme', 'title,body,rating,review_date,reviewer_name,reviewer_email,product_id,product_handle\nT,B,5,05/06/2020,Ann,a@b.co,12,\n'],
    ['loox', 'product_handle,product_Id,rating,author,email,body,created_at\n,12,5,Ann,a@b.co,B,2020-06-05\n'],
    ['okendo', 'name,body,handle,productId,rating,sku,dateCreated,email,isApproved\nAnn,B,,12,5,S,2020-06-05,a@b.co,TRUE\n'],
    ['stamped', 'productId,productTitle,rating,author,email,title,body,created_at\n12,Tea,5,Ann,a@b.co,T,B,2020-06-05 00:00:00\n'],
    ['yotpo', 'Product ID,Date,Review Content,Review Score,Email,Display Name,Published\n12,2020-06-05,B,5,a@b.co,Ann,TRUE\n'],
  ])("%s's own template is read, and products by their number where they have no handle", async (format, text) => {
    expect(await readOne(format, text)).toMatchObject({
      ...{ user: 'a@b.co', userName: 'Ann', product: '12', body: 'B', published: true, at: new Date('2020-06-05') },
    });
  });

  test('what only the shop should see stays out: replies that are not public, and pictures that are not published', async () => {
    const okendo = 'name,body,handle,rating,reply,replyIsPublic,isApproved\nAnn,B,tea,5,Psst,FALSE,FALSE\nBob,B,tea,5,Hi,TRUE,TRUE\n';
    const { ratings } = await readText('okendo', okendo);
    expect(ratings).toMatchObject([
      { reply: null, published: false },
      { reply: { body: 'Hi' }, published: true },
    ]);
    const yotpo =
      'Product ID,Review Score,Email,Comment Content,Comment Public,Published Image/Video URL,Unpublished Image/Video URL\n' +
      '12,5,a@b.co,Psst,FALSE,https://a.example/1.jpg,https://a.example/2.jpg\n';
    expect(await readOne('yotpo', yotpo)).toMatchObject({ reply: null, images: ['https://a.example/1.jpg'] });
  });

  test.each([
    ['Verified Purchase', true],
    ['verified-buyer', true],
    ['1.0', true],
    ['ja', true],
    ['verified_reviewer', false],
    ['Anonymous User', false],
    ['NaN', false],
  ])('a buyer who is "%s" is verified: %s', async (word, verified) => {
    expect((await readOne('csv', `user,product,rating,verified\na,p,4,${word}\n`)).verified).toBe(verified);
  });

  test('guests of Magento are not one customer, and a summary of nothing is none', async () => {
    const text =
      'review_id,title,detail,nickname,customer_id,sku,rating_summary,Quality\n' +
      '1,T,D,Ann,NULL,s,80,\n2,T,D,Bob,NULL,s,0,3\n3,T,D,Bob,7,s,NULL,5\n';
    const { ratings } = await readText('magento', text);
    expect(ratings.map(({ user, rating }) => [user, rating])).toEqual([
      ['review 1', 4],
      ['review 2', 3],
      ['customer 7', 5],
    ]);
  });

  test.each(['constructor', '__proto__', 'toString'])(
    'a status of Magento that says nothing is a reason, and ends nothing: %s',
    async (status) => {
      const { ratings, rejected } = await readText(
        'magento',
        `title,detail,nickname,sku,rating,status\nT,D,Ann,s,5,${status}\nT,D,Bob,s,5,1\n`,
      );
      expect(ratings).toHaveLength(1);
      expect(rejected).toMatchObject([{ line: 2, column: 'status' }]);
    },
  );

  test.each(['state', 'published', 'approved', 'comment_approved'])(
    'a table whose column "%s" says no is imported hidden',
    async (column) => {
      const { ratings } = await readText('csv', `user,product,rating,${column}\na,p,4,no\nb,p,4,yes\n`);
      expect(ratings.map(({ published }) => published)).toEqual([false, true]);
    },
  );

  test('a review that was published on a day is shown, and a state that is no state tells what to do', async () => {
    const { ratings, rejected } = await readText('csv', 'user,product,rating,published\na,p,4,2020-06-05 10:00\nb,p,4,\nc,p,4,CA\n');
    expect(ratings.map(({ published }) => published)).toEqual([true, true]);
    expect(rejected).toMatchObject([{ line: 4, column: 'published', reason: expect.stringContaining('--columns status=-') }]);
  });

  test('columns can be mapped in every table, and in nothing else', async () => {
    const text = 'Artikelnummer,Titel,Preis,Status\ntea,Tee,"1,50",irgendwas\n';
    const columns = { product: 'Artikelnummer', productTitle: 'Titel', price: 'Preis', status: '-' };
    expect((await readText('shopify', text, { columns, currency: 'EUR' })).products).toMatchObject([
      { product: 'tea', title: 'Tee', price: { amountMinor: 150 } },
    ]);
    await expect(readText('filmtrust', '1 2 3', { columns })).rejects.toThrow('filmtrust is no table');
  });

  test('a status that nobody knows is rejected with its column', async () => {
    const { rejected } = await readText('loox', 'product_handle,rating,author,status\na,5,Ann,perhaps\n');
    expect(rejected).toMatchObject([{ line: 2, column: 'status', value: 'perhaps' }]);
  });
});

describe('product files of shops', () => {
  test('Shopify: variants and pictures belong to their product', async () => {
    const { products } = await fixture('shopify', { currency: 'EUR' });
    expect(products).toMatchObject([
      {
        product: 'blue-teapot',
        title: 'Blue teapot',
        description: 'Keeps tea hot & you happy.\n1 l',
        category: 'Teapots',
        price: { amountMinor: 1999, currency: 'EUR' },
        stock: 7,
        image: 'https://cdn.example.com/p.jpg',
        ...{ brand: 'Potter', sku: 'TP-1', gtin: '4006381333931', attributes: [] },
      },
      { product: 'cup', stock: 0, price: { amountMinor: 450, currency: 'EUR' } },
    ]);
  });

  test('WooCommerce: decimal commas, sale prices, the first category', async () => {
    const { products } = await fixture('woocommerce', { currency: 'EUR' });
    expect(products).toMatchObject([
      { product: 'TP-1', title: 'Blue teapot', category: 'Teapots', price: { amountMinor: 1999, currency: 'EUR' }, stock: 7 },
      { product: '12', title: 'Cup', category: 'Kitchen', price: { amountMinor: 350, currency: 'EUR' } },
    ]);
  });

  test.each([
    [
      'German',
      'ID,Typ,Artikelnummer,Name,Veröffentlicht,Beschreibung,Vorrätig?,Lager,Lieferrückstande erlaubt?,Angebotspreis,Regulärer Preis,Kategorien,Bilder',
    ],
    [
      'Spanish',
      'ID,Tipo,SKU,Nombre,Publicado,Descripción,¿Existencias?,Inventario,¿Permitir reservas de productos agotados?,Precio rebajado,Precio normal,Categorías,Imágenes',
    ],
  ])('WooCommerce speaks %s', async (_, header) => {
    const row = '12,simple,TP-1,Blue teapot,1,Round and blue,1,7,notify,,"19,99",Kitchen > Teapots,https://cdn.example.com/p.jpg';
    const english = 'ID,Type,SKU,Name,Published,Description,In stock?,Stock,Backorders allowed?,Sale price,Regular price,Categories,Images';
    const { products } = await readText('woocommerce', `${header}\n${row}\n`, { currency: 'EUR' });
    expect(products).toMatchObject([{ product: 'TP-1', category: 'Teapots', price: { amountMinor: 1999 }, stock: 7, backorder: true }]);
    expect(products).toEqual((await readText('woocommerce', `${english}\n${row}\n`, { currency: 'EUR' })).products);
  });

  test('line breaks that WooCommerce writes as two characters are line breaks, and its guards against formulas are not read', async () => {
    const text = `ID,Name,Description,Regular price\n1,'+5 Sword,First\\nsecond C:\\\\new,2\n`;
    const { products } = await readText('woocommerce', text, { currency: 'EUR' });
    expect(products).toMatchObject([{ title: '+5 Sword', description: 'First\nsecond C:\\new' }]);
  });

  test('what the shop does not show is archived, and what it has none of is sold out', async () => {
    const shopify = await readText('shopify', 'Handle,Title,Variant Price,Status\na,A,1,active\nb,B,1,draft\n', { currency: 'EUR' });
    expect(shopify.products.map(({ archived }) => archived)).toEqual([false, true]);
    const text = 'ID,SKU,Name,Published,In stock?,Stock,Regular price\n1,a,A,1,0,,2\n2,,B,-1,1,,2\n3,c,C,0,1,7,2\n';
    const woocommerce = await readText('woocommerce', text, { currency: 'EUR' });
    expect(woocommerce.products.map(({ product, archived, stock }) => [product, archived, stock])).toEqual([
      ['a', false, 0],
      ['2', true, undefined],
      ['c', true, 7],
    ]);
  });

  test.each([
    ['EUR 1,299.00', 'EUR', 129900],
    ['1.299,00 €', 'EUR', 129900],
    ['US$19.99', 'USD', 1999],
    ['19,99 kr', 'SEK', 1999],
    ['CHF 19.90', 'CHF', 1990],
    ['¥1500', 'JPY', 1500],
    ['$19.99', 'EUR', null],
    ['19.99 USD', 'EUR', null],
    ['from 5', 'EUR', null],
    ['5 - 7', 'EUR', null],
  ])('the price "%s" in %s is %s', async (price, currency, amountMinor) => {
    const { products } = await readText('csv-products', `id;title;price;currency\na;A;"${price}";${currency}\n`);
    expect(products[0]?.price?.amountMinor ?? null).toBe(amountMinor);
  });

  test('prices need a currency', async () => {
    await expect(fixture('shopify')).rejects.toThrow('file has prices without a currency. Name it, such as --currency EUR.');
  });

  test('prices are exact in the smallest unit of their currency', async () => {
    const text =
      'id,title,price,currency\na,A,19.99,EUR\nb,B,1500,JPY\nc,C,"1,299.5",USD\nd,D,1.234,KWD\ne,E,9.999,EUR\nf,F,5,XYZ\ng,G,99999999999999,EUR\nh,H,90071992547409.91,EUR\n';
    const { products, rejected } = await readText('csv-products', text);
    expect(products.map(({ price }) => price!.amountMinor)).toEqual([1999, 1500, 129950, 1234, Number.MAX_SAFE_INTEGER]);
    expect(rejected.map(({ line, column }) => [line, column])).toEqual([
      [6, 'price'],
      [7, 'price'],
      [8, 'price'],
    ]);
  });
});

describe('csv', () => {
  const columns = { user: 'customer', product: 'sku', rating: 'stars', body: 'text' };

  test('reads columns by their mapping, on any scale', async () => {
    const text = 'customer,sku,stars,text\nann,"a,1",9,"said ""yes"""\n';
    expect(await readOne('csv', text, { columns, scale: { least: 1, most: 10 } })).toMatchObject({
      user: 'ann',
      product: 'a,1',
      rating: 9,
      body: 'said "yes"',
    });
  });

  test('finds columns by their usual names, and tells which it took', async () => {
    const { ratings, found } = await readText('csv', 'Customer ID,Product ID,Stars,Review Text,Created At\n7,tea,4,Fine,2020-01-02\n');
    expect(ratings).toMatchObject([{ user: '7', product: 'tea', rating: 4, body: 'Fine', at: new Date('2020-01-02') }]);
    expect(found).toContain('user from "Customer ID"');
  });

  test('leaves out a column that is mapped to nothing', async () => {
    const text = 'user,product,rating,status\nann,tea,4,shipped\n';
    expect((await readText('csv', text)).rejected).toHaveLength(1);
    expect((await readOne('csv', text, { columns: { status: '-' } })).user).toBe('ann');
  });
});

describe('names', () => {
  const id = importedId('shop', 'user', 'x');

  test.each(['ann@example.org', 'Ann Smith', '+49 170 1234567', '01701234567', 'ann.smith'])(
    'the key %s shows in no handle and no name',
    (key) => {
      const handle = handleOf('my shop', key, id);
      expect(handle).toMatch(/^my_shop_[0-9a-f]{12}$/);
      expect(nameOf(undefined, key, id)).toBe(`Member ${id.toHexString().slice(-12)}`);
    },
  );

  test('an address in a name keeps the name private', () => {
    expect(nameOf('ann@example.org', '7', id)).toBe('Member 7');
    expect(nameOf('Ann (ann@example.org)', '7', id)).toBe('Member 7');
    expect(nameOf('Ann', '7', id)).toBe('Ann');
  });

  test('numbers of data sets stay as handles, of which none is longer than an account may have', () => {
    expect(handleOf('movielens', '196', id)).toBe('movielens_196');
    expect(handleOf('amazon-reviews-of-a-long-name', 'AE22236AFRRSMQIKGG7TPTB75QEA', id)).toMatch(/^[A-Za-z0-9_]{3,30}$/);
    expect(handleOf('電気', '1', id)).toBe('member_1');
  });
});

test('every format is found by its name', () => {
  for (const name of formatNames) expect(formatNamed(name, {}, undefined).variants.length).toBeGreaterThan(0);
});

test('a folder of many files is told of by some of their names', () => {
  const files = Array.from({ length: 500 }, (_, at) => ({
    name: `file-${at}`,
    size: 1,
    open: () => Promise.reject(new Error('not read')),
  }));
  const plan = () => planFiles('folder', files, formatNamed('csv', {}, undefined), false);
  expect(plan).toThrow(/^folder holds (file-\d, ){9}file-9 and 490 more: /);
});

test('ratings of any scale keep their order and distance in stars', () => {
  expect([1, 3, 5].map((rating) => pointsOf(rating, { least: 1, most: 5 }))).toEqual([60, 180, 300]);
  expect([0.5, 4].map((rating) => pointsOf(rating, { least: 0.5, most: 4 }))).toEqual([60, 300]);
  expect(pointsOf(5.5, { least: 1, most: 10 })).toBe(180);
});

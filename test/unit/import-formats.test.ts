import { describe, expect, test } from 'vitest';
import { amazonReviews } from '../../src/import/formats/amazon-reviews.js';
import { csv } from '../../src/import/formats/csv.js';
import { filmtrust, trustOf } from '../../src/import/formats/filmtrust.js';
import { movielens } from '../../src/import/formats/movielens.js';
import { pointsOf } from '../../src/import/importer.js';

describe('filmtrust', () => {
  const parse = filmtrust.ratings(null);

  test('reads user, item and rating', () => {
    expect(parse('7 12 3.5')).toMatchObject({ user: '7', product: '12', rating: 3.5 });
  });

  test.each([
    ['7 12', 'expected "user item rating"'],
    ['7 12 3.5 9', 'expected "user item rating"'],
    ['7 12 five', 'the rating "five" is not a number'],
    ['7 12 4.5', 'the rating 4.5 is not from 0.5 to 4'],
  ])('rejects "%s"', (line, reason) => {
    expect(() => parse(line)).toThrow(reason);
  });

  test('reads trust, and rejects trust in oneself', () => {
    expect(trustOf('1 2 1')).toEqual({ truster: '1', trustee: '2' });
    expect(() => trustOf('1 1 1')).toThrow('nobody can trust themselves');
    expect(() => trustOf('1 2 0')).toThrow('the trust "0" is not 1');
  });
});

describe('movielens', () => {
  const parse = movielens.ratings(null);

  test('reads tabs and double colons', () => {
    expect(parse('196\t242\t3\t881250949')).toMatchObject({ user: '196', product: '242', rating: 3, at: new Date(881250949000) });
    expect(parse('1::1193::5::978300760')).toMatchObject({ user: '1', product: '1193', rating: 5 });
  });

  test('reads titles and the first genre of either item file', () => {
    const flags = [0, 0, 0, 1, 1, 1, ...Array<number>(13).fill(0)].join('|');
    expect(movielens.product!(`1|Toy Story (1995)|01-Jan-1995||http://example.org|${flags}`)).toEqual({
      product: '1',
      title: 'Toy Story (1995)',
      category: 'Animation',
    });
    expect(movielens.product!('1::Toy Story (1995)::Animation|Comedy')).toEqual({
      product: '1',
      title: 'Toy Story (1995)',
      category: 'Animation',
    });
  });

  test.each([
    ['196 242 3 881250949', 'separated by tabs'],
    ['196\t242\t0\t881250949', 'is not from 0.5 to 5'],
    ['\t242\t3\t881250949', 'the user is missing'],
    ['196\t242\t3\tyesterday', 'the time "yesterday" is none'],
  ])('rejects "%s"', (line, reason) => {
    expect(() => parse(line)).toThrow(reason);
  });
});

describe('amazon-reviews', () => {
  const parse = amazonReviews.ratings(null);

  test('reads the names of the older data set', () => {
    const line = JSON.stringify({
      reviewerID: 'A1',
      asin: 'B1',
      overall: 4,
      summary: 'Good',
      reviewText: 'Very good.',
      helpful: [3, 5],
      unixReviewTime: 1252800000,
      verified: true,
    });
    expect(parse(line)).toMatchObject({
      user: 'A1',
      product: 'B1',
      rating: 4,
      title: 'Good',
      body: 'Very good.',
      helpful: 3,
      verified: true,
      at: new Date(1252800000000),
    });
  });

  test('reads the names of the newer data set', () => {
    const line = JSON.stringify({
      user_id: 'A1',
      asin: 'B1',
      parent_asin: 'P1',
      rating: 5,
      title: 'Wow',
      text: 'So.',
      helpful_vote: 7,
      timestamp: 1588687728923,
      verified_purchase: false,
    });
    expect(parse(line)).toMatchObject({
      user: 'A1',
      product: 'P1',
      rating: 5,
      title: 'Wow',
      body: 'So.',
      helpful: 7,
      verified: false,
      at: new Date(1588687728923),
    });
  });

  test.each([
    ['{"reviewerID": ', 'this is not JSON'],
    ['[1]', 'this is not a JSON object'],
    ['{"asin":"B1","overall":5}', 'the reviewerID or user_id is missing'],
    ['{"user_id":"A","asin":"B1","rating":9}', 'the rating 9 is not from 1 to 5'],
    ['{"user_id":"A","asin":"B1","rating":5,"text":7}', 'the text is not text'],
    ['{"user_id":"A","asin":"B1","rating":5,"helpful_vote":-2}', 'the helpful votes are not a number'],
  ])('rejects %s', (line, reason) => {
    expect(() => parse(line)).toThrow(reason);
  });
});

describe('csv', () => {
  const parse = csv({ user: 'customer', product: 'sku', rating: 'stars', body: 'text' }, { least: 1, most: 10 }).ratings(
    'customer,sku,stars,text',
  );

  test('reads columns by their mapping, quotes included', () => {
    expect(parse('ann,"a,1",9,"said ""yes"""')).toMatchObject({ user: 'ann', product: 'a,1', rating: 9, body: 'said "yes"' });
  });

  test('names a mapped column that is not there', () => {
    expect(() => csv({ user: 'who' }, { least: 1, most: 5 }).ratings('customer,product,rating')).toThrow(
      'there is no column "who" for user',
    );
  });

  test.each([
    ['ann,a1,11,', 'the rating 11 is not from 1 to 10'],
    ['ann,a1', 'expected 4 values, found 2'],
  ])('rejects "%s"', (line, reason) => {
    expect(() => parse(line)).toThrow(reason);
  });
});

test('ratings of any scale keep their order and distance in stars', () => {
  expect([1, 3, 5].map((rating) => pointsOf(rating, { least: 1, most: 5 }))).toEqual([60, 180, 300]);
  expect([0.5, 4].map((rating) => pointsOf(rating, { least: 0.5, most: 4 }))).toEqual([60, 300]);
  expect(pointsOf(5.5, { least: 1, most: 10 })).toBe(180);
});

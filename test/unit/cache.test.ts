import fc from 'fast-check';
import { gunzipSync, brotliDecompressSync } from 'node:zlib';
import { Types } from 'mongoose';
import { describe, expect, test } from 'vitest';
import { Compression } from '../../src/http/compression.js';
import { ExactCache } from '../../src/store/cache/exact-cache.js';
import { noteRead, Memory } from '../../src/store/cache/reads.js';
import { S3Fifo } from '../../src/store/cache/s3-fifo.js';
import { documentTags, tagsOf } from '../../src/store/cache/tags.js';

describe('what stays in memory', () => {
  const operation = fc.record({
    key: fc.nat({ max: 40 }).map(String),
    bytes: fc.integer({ min: 1, max: 300 }),
    does: fc.constantFrom('set', 'get', 'delete'),
  });

  test('never takes more than it may, and every value that has to go is told', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 300 }), (operations) => {
        const alive = new Map<object, string>();
        const cache = new S3Fifo<object>(1000, (value) => expect(alive.delete(value)).toBe(true));
        for (const { key, bytes, does } of operations) {
          if (does === 'get') expect(alive.get(cache.get(key) ?? {}) ?? key).toBe(key);
          else if (does === 'delete') {
            const gone = cache.peek(key);
            if (gone) alive.delete(gone);
            cache.delete(key);
          } else {
            const value = {};
            alive.set(value, key);
            if (!cache.set(key, value, bytes)) alive.delete(value);
          }
          expect(cache.bytes).toBeLessThanOrEqual(1000);
          expect(cache.size).toBe(alive.size);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('says whether a value goes for others or for a new one of its key', () => {
    const left: string[] = [];
    const cache = new S3Fifo<string>(1000, (value, why) => left.push(`${value} ${why}`));
    cache.set('a', 'first', 100);
    cache.set('a', 'second', 100);
    expect(left).toEqual(['first REPLACED']);
    for (let item = 0; item < 10; item++) cache.set(String(item), 'other', 100);
    expect(left).toContain('second EVICTED');
  });

  test('remembers of what has left no more than a twentieth of what it may take', () => {
    const cache = new S3Fifo<string>(1_000_000, () => {});
    for (let item = 0; item < 300; item++) {
      cache.set(`${item} ${'x'.repeat(20_000)}`, 'value', 100_000);
      expect(cache.bytes).toBeLessThanOrEqual(1_000_000);
    }
    const kept = cache.size * 100_000;
    expect(cache.bytes - kept).toBeGreaterThan(0);
    expect(cache.bytes - kept).toBeLessThanOrEqual(50_000);
  });

  test('outlives a scan where it is asked for again and again', () => {
    const cache = new S3Fifo<string>(100_000, () => {});
    cache.set('hot', 'page', 100);
    let misses = 0;
    for (let item = 0; item < 20_000; item++) {
      cache.set(`scanned ${item}`, 'page', 100);
      if (item % 10 === 0 && cache.get('hot') === undefined) {
        misses++;
        cache.set('hot', 'page', 100);
      }
    }
    expect(misses).toBe(0);
  });
});

describe('what a read depends on', () => {
  const [one, other] = [new Types.ObjectId(), new Types.ObjectId()];
  const value = fc.constantFrom<unknown>(one, other, 'text', 'other', null, 7, true);
  const document = fc.record({
    _id: fc.constantFrom(one, other),
    a: value,
    b: fc.oneof(value, fc.array(value, { maxLength: 3 })),
    c: fc.record({ d: value }),
  });
  const condition = fc.oneof(
    value,
    fc.array(value, { maxLength: 3 }).map(($in) => ({ $in })),
    value.map(($ne) => ({ $ne })),
  );
  const filter = fc.dictionary(fc.constantFrom('_id', 'a', 'b', 'c.d'), condition, { maxKeys: 3 });

  function valuesAt(from: Record<string, unknown>, path: string): unknown[] {
    const found = path === 'c.d' ? (from['c'] as { d: unknown }).d : from[path];
    return Array.isArray(found) ? [found, ...found] : [found];
  }
  const same = (a: unknown, b: unknown): boolean => (a instanceof Types.ObjectId ? a.equals(b as Types.ObjectId) : a === b);
  function matches(from: Record<string, unknown>, asked: Record<string, unknown>): boolean {
    return Object.entries(asked).every(([path, wanted]) => {
      const values = valuesAt(from, path);
      if (wanted !== null && typeof wanted === 'object' && '$in' in wanted)
        return (wanted.$in as unknown[]).some((item) => values.some((found) => same(found, item)));
      if (wanted !== null && typeof wanted === 'object' && '$ne' in wanted) return !values.some((found) => same(found, wanted.$ne));
      return values.some((found) => same(found, wanted));
    });
  }

  test('a document that a filter lets through bears a tag of the filter', () => {
    fc.assert(
      fc.property(
        document,
        fc.oneof(
          filter,
          fc.array(filter, { minLength: 1, maxLength: 2 }).map(($or) => ({ $or })),
        ),
        (found, asked) => {
          const isFound =
            '$or' in asked ? (asked.$or as Record<string, unknown>[]).some((part) => matches(found, part)) : matches(found, asked);
          const tags = tagsOf('things', asked);
          const borne = ['_id', 'a', 'b', 'c.d'].flatMap((field) => documentTags('things', field, found));
          if (isFound) expect([...borne, 'things'].some((tag) => tags.includes(tag))).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('a cache of what is made from the store', () => {
  const none = { onEvict: () => {}, onInvalidate: () => {} };
  const change = (before: object | null, after: object | null) => ({
    collection: 'things',
    images: { before: () => before as never, after: () => after as never },
  });

  test('forgets what a change touches while it is made, and what is made from memory that changed', async () => {
    const cache = new ExactCache(1_000_000, none);
    const memory = new Memory();
    const made = (key: string, during: () => void) =>
      cache.make(
        key,
        async () => {
          memory.noteRead();
          noteRead('things', { a: 'x' });
          await Promise.resolve();
          during();
          return key;
        },
        () => 10,
      );
    await made('kept', () => {});
    expect(cache.get('kept')).toBe('kept');
    await made('touched', () => cache.onChanges([change({ _id: 1, a: 'x' }, { _id: 1, a: 'y' })]));
    expect([cache.get('kept'), cache.get('touched')]).toEqual([undefined, undefined]);
    await made('kept', () => {});
    cache.onChanges([change({ _id: 1, a: 'y' }, { _id: 1, a: 'z' })]);
    expect(cache.get('kept')).toBe('kept');
    memory.changed();
    expect(cache.get('kept')).toBeUndefined();
  });

  test('makes once what many ask for, but not for who asks after a change', async () => {
    const cache = new ExactCache(1_000_000, none);
    let runs = 0;
    const waiting: (() => void)[] = [];
    const ask = () =>
      cache.make(
        'key',
        async () => {
          noteRead('things', { a: 'x' });
          const run = ++runs;
          await new Promise<void>((resolve) => waiting.push(resolve));
          return run;
        },
        () => 10,
      );
    const [first, second] = [ask(), ask()];
    cache.onChanges([change(null, { a: 'x' })]);
    const third = ask();
    await Promise.resolve();
    for (const goOn of waiting) goOn();
    expect((await Promise.all([first, second, third])).map(({ value }) => value)).toEqual([1, 1, 2]);
    expect(cache.get('key')).toBe(2);
  });
});

test('what is compressed once and what is appended are read as one', () => {
  const compression = new Compression();
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 3000 }), fc.string({ minLength: 1, maxLength: 300 }), (kept, own) => {
      const parts = [Buffer.from(kept), Buffer.from(own)] as const;
      const whole = Buffer.concat(parts);
      expect(gunzipSync(compression.encode('gzip', ...parts)).equals(whole)).toBe(true);
      expect(brotliDecompressSync(compression.encode('br', ...parts)).equals(whole)).toBe(true);
    }),
    { numRuns: 100 },
  );
});

/** Whatever the documents and the filter: indexes change how fast an answer comes, and not the answer. */
import fc from 'fast-check';
import { Query } from 'mingo';
import { expect, test } from 'vitest';
import { useStore } from '../support/store.js';

const store = useStore();
let collections = 0;

const scalar = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom('a', 'b', 'ab', ''),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom(new Date(0), new Date(1)),
  fc.constantFrom(0.5, 1.5),
);
const value = fc.oneof(
  { weight: 5, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.record({ x: scalar }) },
);
const document = fc.record({ a: value, b: value, n: fc.record({ x: value }, { requiredKeys: [] }) }, { requiredKeys: [] });
const path = fc.constantFrom('a', 'b', 'n.x');

const operand = scalar.filter((one) => one !== null);
const condition = fc.oneof(
  scalar,
  fc.record({ $gt: operand }),
  fc.record({ $gte: operand, $lt: operand }),
  fc.record({ $lte: operand }),
  fc.record({ $in: fc.array(scalar, { minLength: 1, maxLength: 4 }) }),
  fc.record({ $ne: scalar }),
  fc.record({ $exists: fc.boolean() }),
  fc.record({ $nin: fc.array(scalar, { minLength: 1, maxLength: 3 }) }),
);
const clause = fc.tuple(path, condition).map(([field, what]) => ({ [field]: what }));
const filter = fc.oneof(
  clause,
  fc.array(clause, { minLength: 2, maxLength: 3 }).map((all) => ({ $and: all })),
  fc.array(clause, { minLength: 2, maxLength: 3 }).map((any) => ({ $or: any })),
);
const direction = fc.constantFrom(1 as const, -1 as const);
const index = fc.uniqueArray(fc.tuple(path, direction), { minLength: 1, maxLength: 2, selector: ([field]) => field });

test('indexes never change what a filter finds', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(document, { maxLength: 25 }),
      fc.array(filter, { minLength: 1, maxLength: 6 }),
      fc.array(index, { minLength: 1, maxLength: 3 }),
      async (documents, filters, indexes) => {
        const plain = store.db.collection<{ _id: number }>(`plain${++collections}`);
        const indexed = store.db.collection<{ _id: number }>(`indexed${collections}`);
        const numbered = documents.map((one, _id) => ({ _id, ...one }));
        if (numbered.length > 0) await Promise.all([plain.insertMany(numbered), indexed.insertMany(numbered)]);
        for (const key of indexes) {
          // Two indexed arrays in one document are refused; that index is then left out.
          await indexed.createIndex(Object.fromEntries(key)).catch((error: { code: number }) => expect([67, 171]).toContain(error.code));
        }
        for (const one of filters) {
          const ids = async (collection: typeof plain) =>
            (
              await collection
                .find(one as object)
                .sort({ _id: 1 })
                .toArray()
            ).map(({ _id }) => _id);
          const [without, having] = [await ids(plain), await ids(indexed)];
          expect(having, JSON.stringify(one)).toEqual(without);
          expect(await indexed.countDocuments(one as object)).toBe(without.length);
        }
        await Promise.all([plain.drop().catch(() => {}), indexed.drop().catch(() => {})]);
      },
    ),
    { numRuns: 150 },
  );
});

test('indexes never change the order of a sort', async () => {
  const sort = fc.uniqueArray(fc.tuple(path, direction), { minLength: 1, maxLength: 2, selector: ([field]) => field });
  // One field with arrays at most, so that every index can be made.
  const simple = fc.record({ a: fc.oneof(scalar, value), b: scalar, n: fc.record({ x: scalar }) }, { requiredKeys: [] });
  await fc.assert(
    fc.asyncProperty(
      fc.array(simple, { maxLength: 20 }),
      sort,
      fc.uniqueArray(fc.tuple(path, direction), { minLength: 1, maxLength: 3, selector: ([field]) => field }),
      direction,
      fc.option(filter, { nil: {} }),
      fc.nat(5),
      fc.integer({ min: 1, max: 8 }),
      async (documents, order, key, last, one, skip, limit) => {
        const plain = store.db.collection<{ _id: number }>(`plain${++collections}`);
        const indexed = store.db.collection<{ _id: number }>(`indexed${collections}`);
        const numbered = documents.map((each, _id) => ({ _id, ...each }));
        if (numbered.length > 0) await Promise.all([plain.insertMany(numbered), indexed.insertMany(numbered)]);
        await indexed.createIndex(Object.fromEntries([...key, ['_id', last]]));
        const read = async (collection: typeof plain) => {
          const found = await collection
            .find(one as object)
            .sort([...order, ['_id', last]])
            .skip(skip)
            .limit(limit)
            .toArray();
          return found.map(({ _id }) => _id);
        };
        expect(await read(indexed)).toEqual(await read(plain));
        await Promise.all([plain.drop().catch(() => {}), indexed.drop().catch(() => {})]);
      },
    ),
    { numRuns: 300 },
  );
});

test('filters over plain numbers and words find what mingo finds over an array', async () => {
  const plainScalar = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom('a', 'b', 'ab'));
  const plainDocument = fc.record({ a: plainScalar, b: plainScalar }, { requiredKeys: [] });
  const plainClause = fc
    .tuple(
      fc.constantFrom('a', 'b'),
      fc.oneof(
        plainScalar,
        fc.record({ $gt: plainScalar }),
        fc.record({ $in: fc.array(plainScalar, { minLength: 1 }) }),
        fc.record({ $ne: plainScalar }),
      ),
    )
    .map(([field, what]) => ({ [field]: what }));
  await fc.assert(
    fc.asyncProperty(fc.array(plainDocument, { minLength: 1, maxLength: 20 }), plainClause, async (documents, one) => {
      const collection = store.db.collection<{ _id: number }>(`mingo${++collections}`);
      const numbered = documents.map((each, _id) => ({ _id, ...each }));
      await collection.insertMany(numbered);
      const found = (
        await collection
          .find(one as object)
          .sort({ _id: 1 })
          .toArray()
      ).map(({ _id }) => _id);
      expect(found).toEqual(numbered.filter((each) => new Query(one).test(each)).map(({ _id }) => _id));
      await collection.drop();
    }),
    { numRuns: 100 },
  );
});

test('indexes never change what updates and deletions leave behind', async () => {
  const change = fc.oneof(
    fc.tuple(path, value).map(([field, to]) => ({ $set: { [field]: to } })),
    fc.tuple(path, scalar).map(([field, to]) => ({ $unset: { [field]: to } })),
    fc.tuple(fc.constantFrom('c', 'd'), fc.integer({ min: -2, max: 2 })).map(([field, by]) => ({ $inc: { [field]: by } })),
    fc.tuple(fc.constantFrom('e', 'f'), scalar).map(([field, what]) => ({ $push: { [field]: what } })),
    fc.tuple(fc.constantFrom('a', 'b'), operand).map(([field, to]) => ({ $max: { [field]: to } })),
  );
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('one', 'many'), filter, change }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete'), filter, change }) },
  );
  const documentOfObjects = fc.record({ a: value, b: value, n: fc.record({ x: scalar }) }, { requiredKeys: [] });
  await fc.assert(
    fc.asyncProperty(
      fc.array(documentOfObjects, { maxLength: 12 }),
      fc.array(step, { minLength: 1, maxLength: 6 }),
      index,
      async (documents, steps, key) => {
        const plain = store.db.collection<{ _id: number }>(`plain${++collections}`);
        const indexed = store.db.collection<{ _id: number }>(`indexed${collections}`);
        const numbered = documents.map((one, _id) => ({ _id, ...one }));
        if (numbered.length > 0) await Promise.all([plain.insertMany(numbered), indexed.insertMany(numbered)]);
        await indexed.createIndex(Object.fromEntries(key)).catch(() => {});
        const apply = async (collection: typeof plain, { kind, filter: which, change: what }: (typeof steps)[number]) => {
          // Which one document is updated is up to the plan, so a single one is named by the smallest _id.
          const [first] = await collection
            .find(which as object)
            .sort({ _id: 1 })
            .limit(1)
            .toArray();
          const single = { _id: first?._id ?? -1 };
          const work =
            kind === 'delete'
              ? collection.deleteMany(which)
              : kind === 'many'
                ? collection.updateMany(which, what as object)
                : collection.updateOne(single, what as object);
          return work.then(
            () => 'done',
            (error: { code: number }) => error.code,
          );
        };
        for (const one of steps) {
          const [without, having] = [await apply(plain, one), await apply(indexed, one)];
          // An index refuses two arrays in one document; the two collections then differ for good.
          if (having !== without) return expect([67, 171]).toContain(having);
        }
        const all = (collection: typeof plain) => collection.find().sort({ _id: 1 }).toArray();
        expect(await all(indexed)).toEqual(await all(plain));
        expect(await indexed.countDocuments()).toBe(await plain.countDocuments());
        await Promise.all([plain.drop().catch(() => {}), indexed.drop().catch(() => {})]);
      },
    ),
    { numRuns: 120 },
  );
});

test('inserting many documents at once leaves and reports the same as inserting one after the other', async () => {
  const uniqueField = fc.constantFrom('a', 'b', 'n.x');
  const numbered = fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), document), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(numbered, uniqueField, index, fc.boolean(), async (rows, unique, key, ordered) => {
      const [atOnce, oneByOne] = ['once', 'each'].map((name) => store.db.collection<{ _id: number }>(`${name}${++collections}`));
      for (const collection of [atOnce!, oneByOne!]) {
        await collection.createIndex({ [unique]: 1 }, { unique: true, sparse: true, name: 'unique' });
        await collection.createIndex(Object.fromEntries(key), { name: 'other' }).catch(() => {});
      }
      const documents = rows.map(([_id, rest]) => ({ _id, ...rest }));
      const expected: { index: number; code: number; errmsg: string }[] = [];
      for (const [at, one] of documents.entries()) {
        const failure = await oneByOne!.insertOne(one).then(
          () => null,
          (error: { code: number; errmsg: string }) => error,
        );
        if (failure) expected.push({ index: at, code: failure.code, errmsg: failure.errmsg.replace(/each\d+/, '') });
        if (failure && ordered) break;
      }
      const reported = await atOnce!.insertMany(documents, { ordered }).then(
        () => [],
        ({ writeErrors }: { writeErrors: (typeof expected)[number] | typeof expected }) =>
          [writeErrors].flat().map(({ index: at, code, errmsg }) => ({ index: at, code, errmsg: errmsg.replace(/once\d+/, '') })),
      );
      expect(reported).toEqual(expected);
      const all = (collection: typeof atOnce, sort: object) =>
        collection!
          .find()
          .sort(sort as { _id: 1 })
          .toArray();
      expect(await all(atOnce, { _id: 1 })).toEqual(await all(oneByOne, { _id: 1 }));
      const ofIndex = (collection: typeof atOnce) =>
        collection!
          .find({ [unique]: { $exists: true } })
          .hint('unique')
          .toArray();
      expect(await ofIndex(atOnce)).toEqual(await ofIndex(oneByOne));
      await Promise.all([atOnce!.drop(), oneByOne!.drop()]);
    }),
    { numRuns: 60 },
  );
});

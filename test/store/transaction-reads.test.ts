/** What a transaction reads in the process that hosts the store fits together with what it writes there. These tests are about the embedded store alone. */
import { setImmediate as turn } from 'node:timers/promises';
import { Schema, type Model } from 'mongoose';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ClientSession } from '../../src/store/database.js';
import { useHostedStore } from '../support/hosted-store.js';

interface Item {
  _id: number;
  value: number;
}

const hosted = useHostedStore({ storePoolSize: 20 });
const { driverCommands } = hosted;
let items: Model<Item>;
let notes: Model<Item>;

beforeAll(() => {
  const schema = () => new Schema<Item>({ _id: Number, value: Number }, { versionKey: false });
  items = hosted.store.database.model('Item', schema(), 'items');
  notes = hosted.store.database.model('Note', schema(), 'notes');
});

beforeEach(async () => {
  await items.collection.deleteMany({});
  await notes.collection.deleteMany({});
  await items.insertMany([1, 2, 3].map((_id) => ({ _id, value: 0 })));
  hosted.forgetCommands();
});

/** By somebody else. */
const setElsewhere = (_id: number, value: number) =>
  hosted.other.db(hosted.store.database.connection.name).collection<Item>('items').updateOne({ _id }, { $set: { value } });

const valueOf = async (_id: number, session: ClientSession): Promise<number> => (await items.findById(_id).session(session).lean())!.value;

test('What a transaction reads before it writes is not asked of the store', async () => {
  await hosted.store.database.inTransaction([], async (session) => {
    await valueOf(1, session);
    await items.find({ value: 0 }).session(session).sort({ _id: 1 }).lean();
    await items.countDocuments({}).session(session);
    await notes.create([{ _id: 1, value: await valueOf(2, session) }], { session });
    await valueOf(3, session);
  });
  expect(driverCommands).toEqual(['insert', 'commitTransaction']);
});

test('A transaction that only reads sends nothing', async () => {
  expect(await hosted.store.database.inTransaction([], (session) => valueOf(1, session))).toBe(0);
  expect(driverCommands).toEqual([]);
});

test('All that a transaction reads is of one state, whatever others write meanwhile', async () => {
  const read = await hosted.store.database.inTransaction([], async (session) => {
    const before = await valueOf(1, session);
    await setElsewhere(1, 5);
    await setElsewhere(2, 5);
    return [before, await valueOf(1, session), await valueOf(2, session)];
  });
  expect(read).toEqual([0, 0, 0]);
});

test('A transaction reads what it has written', async () => {
  const read = await hosted.store.database.inTransaction([], async (session) => {
    await valueOf(1, session);
    await items.updateOne({ _id: 1 }, { $set: { value: 7 } }, { session });
    return [await valueOf(1, session), (await items.find({ value: 7 }).session(session).lean()).length];
  });
  expect(read).toEqual([7, 1]);
});

test('A transaction that has written nothing yet sees all that was acknowledged before it began', async () => {
  for (let value = 1; value <= 20; value++) {
    await setElsewhere(1, value);
    expect(await hosted.store.database.inTransaction([], (session) => valueOf(1, session))).toBe(value);
  }
});

describe('Where others commit between what a transaction reads and what it writes', () => {
  test('it goes on where what it has read is the same', async () => {
    let runs = 0;
    await hosted.store.database.inTransaction([], async (session) => {
      runs++;
      const value = await valueOf(1, session);
      await setElsewhere(2, 9);
      await items.updateOne({ _id: 1 }, { $set: { value: value + 1 } }, { session });
    });
    expect(runs).toBe(1);
  });

  test('it runs again where that has changed', async () => {
    let runs = 0;
    await hosted.store.database.inTransaction([], async (session) => {
      const value = await valueOf(1, session);
      if (runs++ === 0) await setElsewhere(1, 10);
      await items.updateOne({ _id: 1 }, { $set: { value: value + 1 } }, { session });
    });
    expect([runs, (await items.findById(1).lean())!.value]).toEqual([2, 11]);
  });

  test('it runs again where a list that it has read has changed, though it writes elsewhere', async () => {
    let runs = 0;
    await hosted.store.database.inTransaction([], async (session) => {
      const zeros = await items.countDocuments({ value: 0 }).session(session);
      if (runs++ === 0) await setElsewhere(1, 10);
      await notes.create([{ _id: 1, value: zeros }], { session });
    });
    expect([runs, (await notes.findById(1).lean())!.value]).toEqual([2, 2]);
  });

  test('it comes to an end however often they do', async () => {
    let runs = 0;
    await hosted.store.database.inTransaction([], async (session) => {
      await valueOf(1, session);
      if (runs++ < 5) await setElsewhere(1, runs);
      await notes.create([{ _id: 1, value: runs }], { session });
    });
    expect((await notes.findById(1).lean())!.value).toBe(runs);
  });
});

test('No change is lost among many that read first and write then', async () => {
  const add = (number: number) =>
    hosted.store.database.inTransaction([], async (session) => {
      const value = await valueOf(1, session);
      for (let turns = 0; turns < number % 4; turns++) await turn();
      await items.updateOne({ _id: 1 }, { $set: { value: value + 1 } }, { session });
    });
  await Promise.all(Array.from({ length: 12 }, (_, number) => add(number)));
  expect((await items.findById(1).lean())!.value).toBe(12);
});

test('Many transactions that began after different commits may be open at a time', async () => {
  let close = (): void => {};
  const closed = new Promise<void>((resolve) => (close = resolve));
  const open: Promise<void>[] = [];
  for (let number = 0; number < 150; number++) {
    await new Promise<void>((begun) => {
      const work = async (session: ClientSession): Promise<void> => {
        await valueOf(1, session);
        await notes.create([{ _id: number, value: 0 }], { session });
        begun();
        await closed;
      };
      open.push(hosted.store.database.inTransaction([], work));
    });
    await setElsewhere(2, number);
  }
  close();
  await Promise.all(open);
  expect(await notes.countDocuments({})).toBe(150);
});

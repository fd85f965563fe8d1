/** Bytes that no driver would send: the right error or a closed socket, and the server goes on for everybody else. */
import { createConnection, type Socket } from 'node:net';
import { Code, serialize, deserialize, type Document } from 'bson';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startEmbeddedStore, type EmbeddedStore } from '../../src/store/embedded/index.js';
import { MongoClient } from '../support/store.js';

let store: EmbeddedStore;
let client: MongoClient;
let path: string;
const directory = mkdtempSync(join(tmpdir(), 'plaza-hostile-'));

beforeAll(async () => {
  store = await startEmbeddedStore({ directory });
  path = decodeURIComponent(/\/\/([^/?]+)/.exec(store.uri)![1]!);
  client = await MongoClient.connect(store.uri);
});

afterAll(async () => {
  await client.close();
  await store.stop();
  rmSync(directory, { recursive: true, force: true });
});

afterEach(async () => {
  expect(await client.db('d').command({ ping: 1 })).toMatchObject({ ok: 1 });
});

function connect(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path, () => resolve(socket));
    socket.on('error', reject);
  });
}

/** Sends bytes, and answers the first reply's document, or null where the server closed the socket. */
async function send(bytes: Buffer): Promise<Document | null> {
  const socket = await connect();
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const done = (result: Document | null): void => {
      socket.destroy();
      resolve(result);
    };
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= 16 && received.length >= received.readInt32LE(0)) done(deserialize(received.subarray(21)));
    });
    socket.on('close', () => done(null));
    socket.write(bytes);
  });
}

/** Sends bytes and nothing more, and waits until the server has taken them and closed, whatever it answered. */
async function sendAndEnd(bytes: Buffer): Promise<void> {
  const socket = await connect();
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.resume().end(bytes);
  await closed;
}

function message(
  body: Buffer,
  { length, opcode = 2013, flags = 0, kind = 0 }: { length?: number; opcode?: number; flags?: number; kind?: number } = {},
): Buffer {
  const head = Buffer.alloc(21);
  head.writeInt32LE(length ?? 21 + body.length, 0);
  head.writeInt32LE(1, 4);
  head.writeInt32LE(opcode, 12);
  head.writeUInt32LE(flags, 16);
  head[20] = kind;
  return Buffer.concat([head, body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

const command = (document: Document, options = {}): Buffer => message(Buffer.from(serialize(document)), options);
const ping = { ping: 1, $db: 'd' };

describe('a message', () => {
  test('that is right is answered', async () => {
    expect(await send(command(ping))).toMatchObject({ ok: 1 });
  });

  test.each([
    ['of negative length', command(ping, { length: -1 })],
    ['of length 0', command(ping, { length: 0 })],
    ['shorter than its head', command(ping, { length: 15 })],
    ['longer than any message may be', command(ping, { length: 48_000_001 })],
    ['of two thousand million bytes', command(ping, { length: 0x7fffffff })],
    ['of an opcode that is not there', command(ping, { opcode: 2012 })],
    ['of garbage', Buffer.from('GET / HTTP/1.1\r\nHost: example.org\r\n\r\n')],
  ])('%s closes the socket or is refused', async (_name, bytes) => {
    const reply = await send(bytes);
    if (reply) expect(reply).toMatchObject({ ok: 0 });
    else expect(reply).toBeNull();
  });

  test('whose end never comes holds nobody up', async () => {
    const waiting = await connect();
    waiting.write(command(ping).subarray(0, 18));
    expect(await client.db('d').command({ ping: 1 })).toMatchObject({ ok: 1 });
    waiting.destroy();
  });

  test('that comes byte by byte is put together', async () => {
    const socket = await connect();
    const reply = new Promise<Buffer>((resolve) => socket.once('data', resolve));
    for (const byte of command(ping)) socket.write(Buffer.from([byte]));
    expect(deserialize((await reply).subarray(21))).toMatchObject({ ok: 1 });
    socket.destroy();
  });

  test.each([
    ['with an unknown required flag', command(ping, { flags: 8 })],
    ['with an unknown section', command(ping, { kind: 7 })],
    ['without $db', command({ ping: 1 })],
    ['with an unknown command', command({ fetchCoffee: 1, $db: 'd' })],
    ['with an empty command', command({ $db: 'd' })],
    ['with a command named like a method of objects', command({ constructor: 1, $db: 'd' })],
    ['with a collection that is no text', command({ find: 5, $db: 'd' })],
    ['with a filter that is no document', command({ find: 'c', filter: 'x', $db: 'd' })],
    ['with a negative limit of batches', command({ find: 'c', batchSize: -5, $db: 'd' })],
    ['with updates that are no list', command({ update: 'c', updates: 7, $db: 'd' })],
    ['with a pipeline that is no list', command({ aggregate: 'c', pipeline: 7, cursor: {}, $db: 'd' })],
    ['with indexes that are no list', command({ createIndexes: 'c', indexes: 7, $db: 'd' })],
    ['with a session that is no session', command({ find: 'c', lsid: 5, txnNumber: 1, autocommit: false, $db: 'd' })],
  ])('%s is refused by a code', async (_name, bytes) => {
    expect(await send(bytes)).toMatchObject({ ok: 0, code: expect.any(Number), errmsg: expect.any(String) });
  });

  test('whose BSON is damaged anywhere never takes the server down', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 0, max: 255 }), async (at, byte) => {
        const bytes = command({ find: 'c', filter: { a: { $gt: 1, $in: [1, 'x', null] } }, sort: { a: 1 }, limit: 5, $db: 'd' });
        bytes[16 + (at % (bytes.length - 16))] = byte;
        await sendAndEnd(bytes);
      }),
      { numRuns: 150 },
    );
  });

  const text = (length: number): Buffer => Buffer.concat([Buffer.from('\x02text\0', 'latin1'), int32(length), Buffer.from('much\0')]);
  const emptyInside = Buffer.concat([Buffer.from('\x03a\0', 'latin1'), int32(4)]);
  test.each([
    // As far back as the field begins.
    ['a text of negative length', text(-4 - '\x02text\0'.length)],
    ['a text that is longer than the document', text(1000)],
    ['a text without a length', Buffer.from('\x02a\0', 'latin1')],
    ['documents that end before they begin, one in the other', Buffer.concat(Array.from({ length: 60 }, () => emptyInside))],
    ['code whose scope has a negative length', Buffer.concat([Buffer.from('\x0fa\0', 'latin1'), int32(-7)])],
  ])('that inserts %s is refused, and whoever writes meanwhile succeeds', async (_what, fields) => {
    const id = Buffer.concat([Buffer.from('\x10_id\0', 'latin1'), int32(1)]);
    const document = Buffer.concat([int32(4 + id.length + fields.length + 1), id, fields, Buffer.alloc(1)]);
    const body = Buffer.from(serialize({ insert: 'malformed', $db: 'd' }));
    const name = Buffer.from('documents\0');
    const section = Buffer.concat([Buffer.alloc(1, 1), int32(4 + name.length + document.length), name, document]);
    const others = Array.from({ length: 5 }, () => client.db('d').collection('others').insertOne({}));
    const reply = await send(message(Buffer.concat([body, section])));
    expect(reply?.['writeErrors'] ?? [reply]).toMatchObject([{ code: 22 }]);
    expect(await Promise.all(others)).toHaveLength(5);
    expect(await client.db('d').collection('malformed').countDocuments()).toBe(0);
  });

  test('that inserts a document damaged anywhere never takes the server down, nor fails what others write', async () => {
    const inserted = { _id: 1, text: 'much', list: [1, 'two', { three: 3n }], at: new Date(0), code: new Code('x', { y: 1 }), none: null };
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 0, max: 255 }), async (at, byte) => {
        const bytes = command({ insert: 'damaged', documents: [inserted], $db: 'd' });
        const start = bytes.indexOf('_id') - 1;
        bytes[start + (at % (bytes.length - start))] = byte;
        const other = client.db('d').collection('others').insertOne({});
        await sendAndEnd(bytes);
        expect(await other).toMatchObject({ acknowledged: true });
      }),
      { numRuns: 300 },
    );
  });

  test('of random bytes never takes the server down', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
        await sendAndEnd(Buffer.from(bytes));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a document', () => {
  test('of more than 16 MB is refused by its code', async () => {
    const inserted = client
      .db('d')
      .collection<{ _id: number; text: string }>('big')
      .insertOne({ _id: 1, text: 'x'.repeat(16 * 1024 * 1024 + 1) });
    await expect(inserted).rejects.toThrow(/BSONObj size|larger than|too large|size must be|out of range/i);
    expect(await client.db('d').collection('big').countDocuments()).toBe(0);
  });

  test('grown beyond 16 MB by an update is refused, and stays as it was', async () => {
    const collection = client.db('d').collection<{ _id: number; text: string; more?: string }>('growing');
    await collection.insertOne({ _id: 1, text: 'x'.repeat(9 * 1024 * 1024) });
    await expect(collection.updateOne({ _id: 1 }, { $set: { more: 'y'.repeat(9 * 1024 * 1024) } })).rejects.toMatchObject({
      code: expect.any(Number),
    });
    expect(Object.keys((await collection.findOne({ _id: 1 }))!)).toEqual(['_id', 'text']);
  });

  test('nested two hundred deep is refused by its code', async () => {
    let nested: Document = { leaf: 1 };
    for (let depth = 0; depth < 200; depth++) nested = { nested };
    expect(await send(command({ insert: 'deep', documents: [{ _id: 1, nested }], $db: 'd' }))).toMatchObject({
      n: 0,
      writeErrors: [{ code: 15 }],
    });
    expect(await client.db('d').collection('deep').countDocuments()).toBe(0);
  });

  test('nested ninety deep is stored', async () => {
    let nested: Document = { leaf: 1 };
    for (let depth = 0; depth < 90; depth++) nested = { nested };
    expect(await send(command({ insert: 'deep', documents: [{ _id: 2, nested }], $db: 'd' }))).toMatchObject({ ok: 1, n: 1 });
  });
});

test('a thousand connections that say nothing leave nothing behind', async () => {
  const sockets = await Promise.all(Array.from({ length: 1000 }, () => connect()));
  for (const socket of sockets) socket.destroy();
  expect(await client.db('d').command({ ping: 1 })).toMatchObject({ ok: 1 });
});

describe('answers that are too long', () => {
  test('a distinct beyond 16 MB is refused with its code, and the store goes on', async () => {
    const collection = client.db('hostile').collection('long');
    for (let n = 0; n < 40; n++) await collection.insertOne({ text: String(n).padEnd(500_000, 'x') });
    await expect(collection.distinct('text')).rejects.toMatchObject({ code: 17217 });
    expect(await collection.countDocuments()).toBe(40);
  });

  test('the largest document can be changed and is answered', async () => {
    const collection = client.db('hostile').collection<{ _id: number; n: number; text: string }>('largest');
    await collection.insertOne({ _id: 1, n: 0, text: 'x'.repeat(16 * 1024 * 1024 - 60) });
    const changed = await collection.findOneAndUpdate({ _id: 1 }, { $inc: { n: 1 } }, { returnDocument: 'after' });
    expect(changed).toMatchObject({ n: 1 });
  });

  test('errors of very many statements are answered, their messages cut', async () => {
    const collection = client.db('hostile').collection<{ _id: string }>('twice');
    const documents = Array.from({ length: 40_000 }, (_, n) => ({ _id: String(n).padEnd(500, 'x') }));
    await collection.insertMany(documents);
    const error = await collection
      .insertMany(documents, { ordered: false })
      .catch((reason: unknown) => reason as { writeErrors: unknown[] });
    expect((error as { writeErrors: unknown[] }).writeErrors).toHaveLength(40_000);
  });
});

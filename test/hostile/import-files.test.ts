/** A file takes time in proportion to its length, however its quotes, lines and values lie. */
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { linesOf } from '../../src/import/reading/lines.js';
import { readText } from '../support/import.js';

const header = 'user,product,rating,title,body\n';
const row = (body: string) => `ann,tea,4,fine,${body}\n`;

/** Texts of about so many characters. */
const files: Record<string, (length: number) => string> = {
  'one long line': (length) => row('a '.repeat(length / 2)),
  'one long line without an end': (length) => row('a'.repeat(length)).trimEnd(),
  'a quoted value of many lines': (length) => row(`"${`${'a ""b"" c '.repeat(30)}\n`.repeat(length / 300)}"`),
  'quoted values of many lines': (length) => row(`"${'a ,\n'.repeat(900)}"`).repeat(length / 3_600),
  'a quote that never closes before other lines': (length) => row('"a') + row('b '.repeat(140)).repeat(length / 300),
  'quotes that never close': (length) => row('"a').repeat(length / 20),
  'quotes that may go on': (length) => row(`"""" ${'a'.repeat(length / 200)}`).repeat(200),
  'quotes amid a value': (length) => row(`"${'a"b'.repeat(length / 3)}"`),
  'quotes and spaces': (length) => row(', "'.repeat(length / 3)),
  'quotes escaped by backslashes': (length) => row(`"${'a\\"b'.repeat(length / 4)}"`),
  'delimiters alone': (length) => row(','.repeat(length)),
  'empty lines': (length) => `${row('a')}${'\n'.repeat(length)}`,
  'carriage returns': (length) => `${row('a')}${'\r'.repeat(length)}`,
};

async function processorTime(work: () => Promise<unknown>): Promise<number> {
  let least = Infinity;
  for (let run = 0; run < 2; run++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

/** Four times the file takes four times as long, sixteen times where it is read over and over. */
const mostGrowth = 9;
/** Milliseconds; shorter times say nothing. */
const floor = 4;

/** How many times as long the work on four times the length takes. */
async function growthOf(length: number, workOn: (length: number) => () => Promise<unknown>): Promise<number> {
  let growth = Infinity;
  // Collecting garbage stretches single measurements; what is read over and over is slow every time.
  for (let attempt = 0; attempt < 3 && growth >= mostGrowth; attempt++) {
    const short = await processorTime(workOn(length));
    const long = await processorTime(workOn(4 * length));
    growth = long / Math.max(short, floor);
  }
  return growth;
}

test.each(Object.entries(files))('%s', async (_name, textOf) => {
  const growth = await growthOf(60_000, (length) => {
    const text = header + textOf(length);
    return () => readText('csv', text, { chunk: 500, delimiter: ',', decimal: '.' });
  });
  expect(growth).toBeLessThan(mostGrowth);
});

test('a line that comes in many pieces', async () => {
  const piece = Buffer.alloc(65_536, 'a ');
  const growth = await growthOf(60, (pieces) => async () => {
    const open = async () => Readable.from(Array<Buffer>(pieces).fill(piece), { objectMode: false });
    const encoding = { name: 'utf-8', damaged: false, lineEnd: '\n' } as const;
    let read = 0;
    for await (const { text } of linesOf({ name: 'file', size: 0, open }, encoding)) read += text.length;
    expect(read).toBe(pieces * piece.length);
  });
  expect(growth).toBeLessThan(mostGrowth);
});

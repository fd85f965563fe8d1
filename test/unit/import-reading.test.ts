/** How files of any encoding and dialect are read, and what of them is refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { encode } from 'iconv-lite';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { inputFiles } from '../../src/import/reading/input-files.js';
import { mended, mendedLine } from '../../src/input/text.js';
import { readBytes, readOne, readText } from '../support/import.js';

const table = 'user,product,rating,title,body\nann,tea,4,Grüße,Schön — “gut”\nbob,tea,5,電気,€ 5\n';

describe('encodings', () => {
  test.each(['utf-8', 'utf-16le', 'utf-16be', 'utf-32le'])('%s with a byte order mark is read as it is', async (encoding) => {
    const { ratings } = await readBytes('csv', encode(table, encoding, { addBOM: true }));
    expect(ratings.map(({ title }) => title)).toEqual(['Grüße', '電気']);
  });

  test.each(['utf-8', 'utf-16le', 'utf-16be'])('%s without a mark is recognised', async (encoding) => {
    const { ratings } = await readBytes('csv', encode(table, encoding));
    expect(ratings.map(({ title }) => title)).toEqual(['Grüße', '電気']);
  });

  test('a byte order mark does not spoil the first line of JSON lines', async () => {
    expect((await readOne('amazon-reviews', '\ufeff{"user_id":"A","asin":"B","rating":5}')).user).toBe('A');
  });

  test('Windows-1252 is recognised, quotation marks and euro sign included, also late in the file', async () => {
    const ascii = Array.from({ length: 5000 }, (_, at) => `user${at},tea,4,ok,fine`).join('\n');
    const text = `user,product,rating,title,body\n${ascii}\nann,tea,4,“Grüße”,5 €\n`;
    const { ratings, found } = await readBytes('csv', encode(text, 'windows-1252'));
    expect(found).toContain('windows-1252');
    expect(ratings.at(-1)).toMatchObject({ title: '“Grüße”', body: '5 €' });
  });

  test('a named encoding stands', async () => {
    const { ratings } = await readBytes('csv', encode('user,product,rating,title\nann,tea,4,電気製品\n', 'shift_jis'), {
      encoding: 'shift_jis',
    });
    expect(ratings[0]!.title).toBe('電気製品');
  });

  test('an encoding that nobody knows is refused', async () => {
    await expect(readText('csv', table, { encoding: 'klingon' })).rejects.toThrow('There is no encoding named "klingon".');
  });

  test('of UTF-8 with a few damaged bytes, only those lines are rejected', async () => {
    const bytes = Buffer.concat([Buffer.from(`${table}eve,tea,3,ca`), Buffer.from([0xe9]), Buffer.from(',x\nkim,tea,2,ça,é\n')]);
    const { ratings, rejected } = await readBytes('csv', bytes);
    expect(ratings.map(({ user }) => user)).toEqual(['ann', 'bob', 'kim']);
    expect(rejected).toMatchObject([{ line: 4, reason: expect.stringContaining('not UTF-8') }]);
  });

  test('characters and lines survive being cut apart anywhere', async () => {
    const whole = await readText('csv', table);
    for (const chunk of [1, 2, 3, 5, 7]) expect((await readBytes('csv', Buffer.from(table), { chunk })).ratings).toEqual(whole.ratings);
  });

  test('U+2028 and U+0085 are characters of a line, and do not end it', async () => {
    const line = JSON.stringify({ user_id: 'A', asin: 'B', rating: 5, text: 'one\u2028two\u0085three' });
    expect((await readOne('amazon-reviews', line)).body).toBe('one\u2028two\nthree');
  });

  test('lines end as on Windows, Unix and old Macs', async () => {
    for (const end of ['\r\n', '\n', '\r']) {
      const { ratings } = await readText('csv', table.replaceAll('\n', end));
      expect(ratings.map(({ body }) => body)).toEqual(['Schön — “gut”', '€ 5']);
    }
  });

  test('a file of anything but text is refused with a sentence', async () => {
    await expect(readBytes('csv', Buffer.alloc(5000))).rejects.toThrow('file is not a text file.');
    await expect(readText('csv', '')).rejects.toThrow('file is empty.');
    await expect(readText('csv', '\n\n')).rejects.toThrow('file is empty.');
  });
});

describe('zip archives', () => {
  /** An archive of one file, not compressed. */
  function zipOf(name: string, content: Buffer, checksum: number): Buffer {
    const header = Buffer.alloc(26);
    header.writeUInt16LE(10, 0);
    header.writeUInt32LE(checksum, 10);
    header.writeUInt32LE(content.length, 14);
    header.writeUInt32LE(content.length, 18);
    header.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('504b0304', 'hex'), header, Buffer.from(name), content]);
    const central = Buffer.concat([Buffer.from('504b01020a00', 'hex'), header, Buffer.alloc(14), Buffer.from(name)]);
    central.writeUInt32LE(0, 42);
    const end = Buffer.alloc(22);
    end.write('504b0506', 'hex');
    end.writeUInt16LE(1, 8);
    end.writeUInt16LE(1, 10);
    end.writeUInt32LE(central.length, 12);
    end.writeUInt32LE(local.length, 16);
    return Buffer.concat([local, central, end]);
  }

  async function readZip(bytes: Buffer): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'plaza-zip-'));
    try {
      writeFileSync(join(folder, 'data.zip'), bytes);
      const { files, close } = await inputFiles(join(folder, 'data.zip'));
      try {
        return await text(await files[0]!.open());
      } finally {
        close();
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  test('are read where what they hold is what was packed, and refused where it is not', async () => {
    const content = Buffer.from('user,product,rating\nann,tea,4\n');
    expect(await readZip(zipOf('a.csv', content, crc32(content)))).toBe(content.toString());
    const damaged = Buffer.from(content.toString().replace('4', '5'));
    await expect(readZip(zipOf('a.csv', damaged, crc32(content)))).rejects.toThrow('its checksum is wrong');
  });
});

describe('dialects', () => {
  test.each([
    [',', 'commas'],
    [';', 'semicolons'],
    ['\t', 'tabs'],
    ['|', 'bars'],
    ['^', '"^"'],
    ['\x01', 'Ctrl-A'],
  ])('values separated by "%s" are recognised and told', async (delimiter, name) => {
    const { ratings, found } = await readText('csv', table.replaceAll(',', delimiter));
    expect(found).toContain(`separated by ${name}`);
    expect(ratings).toHaveLength(2);
  });

  test("Excel's sep= line names the delimiter", async () => {
    expect((await readOne('csv', 'sep=;\nuser;product;rating\nann;a,b;4')).product).toBe('a,b');
  });

  test('a quoted value may hold delimiters, quotes and lines', async () => {
    const { lines } = await readText('csv', 'user,product,rating,body\nann,tea,4,"one, ""two""\n\nthree"\nbob,tea,5,x\n');
    expect(lines.map(({ line, entry }) => [line, entry!.rating!.body])).toEqual([
      [2, 'one, "two"\n\nthree'],
      [5, 'x'],
    ]);
  });

  test('spaces between delimiters and quotes are no part of values', async () => {
    const text = 'user, product, rating, body\nann, tea, 4, "one, two"\nbob, tea, 5,  "x"\n';
    const { ratings } = await readText('csv', text);
    expect(ratings.map(({ product, body }) => [product, body])).toEqual([
      ['tea', 'one, two'],
      ['tea', 'x'],
    ]);
  });

  test('quotes escaped with backslashes, and single quotes, are recognised', async () => {
    expect((await readOne('csv', 'user,product,rating,body\nann,tea,4,"say \\"yes\\", now"\n')).body).toBe('say "yes", now');
    const single = "'user','product','rating','body'\n'ann','tea','4','a, \"b\"'\n";
    expect((await readOne('csv', single)).body).toBe('a, "b"');
  });

  test.each([
    ['5" screen', '5" screen'],
    ['"Great" product', '"Great" product'],
    ['it is "so" good', 'it is "so" good'],
  ])('a quote that encloses nothing is a character: %s', async (written, read) => {
    const { ratings } = await readText('csv', `user,product,rating,body\nann,tea,4,${written}\nbob,tea,5,x\n`);
    expect(ratings.map(({ body }) => body)).toEqual([read, 'x']);
  });

  test.each([
    ['at the end of the file', ''],
    ['before other quotes', 'eve,tea,3,"fine"\n'],
    ['before the end of another value', 'eve,tea,3,"a ""b"" c"\n'],
  ])('a quote that never closes spoils its own line alone, %s', async (_, more) => {
    const { ratings } = await readText('csv', `user,product,rating,body\nann,tea,4,"never closed\nbob,tea,5,x\n${more}`);
    expect(ratings.map(({ user }) => user)).toEqual(expect.arrayContaining(['bob', ...(more ? ['eve'] : [])]));
    expect(ratings.find(({ user }) => user === 'ann')?.body ?? '"never closed').toBe('"never closed');
  });

  test('decimal commas are recognised, and numbers of other kinds refused', async () => {
    const text = 'user;product;rating\nann;tea;4,5\nbob;tea;3,0\neve;tea;5\nkim;tea;0x5\nlee;tea;1e0\nmax;tea;Infinity\n';
    const { ratings, rejected, found } = await readText('csv', text);
    expect(found).toContain('decimal commas');
    expect(ratings.map(({ rating }) => rating)).toEqual([4.5, 3, 5]);
    expect(rejected.map(({ line, column, value }) => [line, column, value])).toEqual([
      [5, 'rating', '0x5'],
      [6, 'rating', '1e0'],
      [7, 'rating', 'Infinity'],
    ]);
  });

  test('rows of other lengths are rejected, empty ends are not', async () => {
    const { ratings, rejected } = await readText('csv', 'user,product,rating\nann,tea,4,,\nbob,tea\neve,tea,3,x\n');
    expect(ratings.map(({ user }) => user)).toEqual(['ann']);
    expect(rejected.map(({ line, reason }) => [line, reason])).toEqual([
      [3, 'expected 3 values, found 2'],
      [4, 'expected 3 values, found 4'],
    ]);
  });

  test('a wrong header is a sentence that names what is missing and what is there', async () => {
    await expect(readText('csv', 'who,what,stars\na,b,5\n')).rejects.toThrow(
      'file: there is no column "product" for product; the columns are who, what, stars.',
    );
    await expect(readText('csv', 'user,product,rating\na,b,5\n', { columns: { title: 'headline' } })).rejects.toThrow(
      'there is no column "headline" for title',
    );
  });

  test('whatever a CSV writer writes is read back', async () => {
    const value = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !/[\0&<]/.test(text));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 20 }),
        fc.constantFrom(',', ';', '\t', '|'),
        async (rows, delimiter) => {
          const data = [
            ['user', 'product', 'rating', 'title', 'body'],
            ...rows.map(([title, body], at) => [`u${at}`, 'p', '4', title, body]),
          ];
          const text = Papa.unparse(data, { delimiter, newline: '\n' });
          const { ratings } = await readText('csv', text, { delimiter, escape: '"', quote: '"' });
          expect(ratings.map(({ title, body }) => [title, body])).toEqual(
            rows.map(([title, body]) => [mendedLine(title), mended(body).trim()]),
          );
        },
      ),
    );
  });
});

describe('times', () => {
  const at = async (value: string | number, options = {}): Promise<string> =>
    (await readOne('csv', `user,product,rating,at\nann,tea,4,"${value}"`, options)).at?.toISOString() ?? 'none';

  test.each([
    ['1588687728', '2020-05-05T14:08:48.000Z'],
    ['1588687728.923', '2020-05-05T14:08:48.923Z'],
    ['1588687728923', '2020-05-05T14:08:48.923Z'],
    ['1588687728923456', '2020-05-05T14:08:48.923Z'],
    ['1588687728923456789', '2020-05-05T14:08:48.923Z'],
    ['2020', '2020-01-01T00:00:00.000Z'],
    ['20200605', '2020-06-05T00:00:00.000Z'],
    ['20200605143015', '2020-06-05T14:30:15.000Z'],
    ['43987', '2020-06-05T00:00:00.000Z'],
    ['2020-06-05', '2020-06-05T00:00:00.000Z'],
    ['2020/6/5', '2020-06-05T00:00:00.000Z'],
    ['2020-06-05 14:30', '2020-06-05T14:30:00.000Z'],
    ['2020-06-05T14:30:15.250Z', '2020-06-05T14:30:15.250Z'],
    ['2020-06-05T14:30:15+02:00', '2020-06-05T12:30:15.000Z'],
    ['2020-06-05 14:30:15 UTC', '2020-06-05T14:30:15.000Z'],
    ['2020-06-05 14:30:15 -0500', '2020-06-05T19:30:15.000Z'],
    ['05.06.2020', '2020-06-05T00:00:00.000Z'],
    ['25/06/2020', '2020-06-25T00:00:00.000Z'],
    ['06/25/2020 3:04 PM', '2020-06-25T15:04:00.000Z'],
    ['June 5, 2020', '2020-06-05T00:00:00.000Z'],
    ['5 Jun 2020', '2020-06-05T00:00:00.000Z'],
    ['Jun 5th, 2020 at 3:04 pm', '2020-06-05T15:04:00.000Z'],
    ['Fri, 05 Jun 2020 14:30:15 GMT', '2020-06-05T14:30:15.000Z'],
    ['Fri Jun 05 2020 14:30:15 GMT+0200 (Central European Summer Time)', '2020-06-05T12:30:15.000Z'],
    ['2020-06-05T24:00:00Z', '2020-06-06T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['2020-06-05 14:30:15 PST', '2020-06-05T22:30:15.000Z'],
    ['2020-06-05 14:30:15 CEST', '2020-06-05T12:30:15.000Z'],
    ['2020-06-05 14:30:15 America/New_York', '2020-06-05T18:30:15.000Z'],
    ['2020-06-05T14:30:15+02:00[Europe/Berlin]', '2020-06-05T12:30:15.000Z'],
    ['2020-06-05 14:30:15 UTC+2', '2020-06-05T12:30:15.000Z'],
    ['2020-06-05T14:30:15\u221205:00', '2020-06-05T19:30:15.000Z'],
    ['20200605T143015Z', '2020-06-05T14:30:15.000Z'],
    ['2020-6-5 4:5:6', '2020-06-05T04:05:06.000Z'],
    ['2020.06.05.', '2020-06-05T00:00:00.000Z'],
    ['05-JUN-20 02.30.15.123456 PM', '2020-06-05T14:30:15.123Z'],
    ['Jun 5 2020 2:30PM', '2020-06-05T14:30:00.000Z'],
    ['Fri Jun  5 14:30:15 UTC 2020', '2020-06-05T14:30:15.000Z'],
    ['5. Juni 2020', '2020-06-05T00:00:00.000Z'],
    ['Freitag, 5. Juni 2020, 14:30 Uhr', '2020-06-05T14:30:00.000Z'],
    ['vendredi 5 juin 2020 à 14:30', '2020-06-05T14:30:00.000Z'],
    ['5 de junio de 2020', '2020-06-05T00:00:00.000Z'],
    ['5 июня 2020 г.', '2020-06-05T00:00:00.000Z'],
    ['2020年6月5日 14:30', '2020-06-05T14:30:00.000Z'],
    ['2020년 6월 5일', '2020-06-05T00:00:00.000Z'],
    ['٢٠٢٠-٠٦-٠٥', '2020-06-05T00:00:00.000Z'],
    ['', 'none'],
    ['NULL', 'none'],
    ['0000-00-00 00:00:00', 'none'],
  ])('%s is %s', async (written, read) => {
    expect(await at(written)).toBe(read);
  });

  test.each([
    ['32472144000', 'lies in the future, in the year 2999'],
    ['2999-01-01', 'lies in the future, in the year 2999'],
    ['5', 'lies before 1990, in the year 1970'],
    ['-1', 'lies before 1990, in the year 1969'],
    ['1970-01-01', 'lies before 1990, in the year 1970'],
    ['99999999999999999999999', 'lies in the future'],
    ['2020-02-30', 'is not a valid time'],
    ['2020-06-05 25:00', 'is not a valid time'],
    ['yesterday', '"yesterday" is not a valid time'],
    ['12:30', '"12:30" is not a valid time'],
    ['2020-06-05 14:30 CST', 'is not a valid time'],
    ['1.5e9', 'is not a valid time'],
    ['2020-06-05 14:30:15 +99:99', 'is not a valid time'],
    ['2020-06-05T14:30:15-15:00', 'is not a valid time'],
    ['2020-06-05 14:30:15 +02:60', 'is not a valid time'],
  ])('%s is rejected: %s', async (written, reason) => {
    const { rejected } = await readText('csv', `user,product,rating,at\nann,tea,4,${written}`);
    expect(rejected).toMatchObject([{ line: 2, column: 'at', reason: expect.stringContaining(reason) }]);
  });

  test('other dates of the column tell whether day or month comes first', async () => {
    const { ratings, found } = await readText('csv', 'user,product,rating,date\na,t,4,05/06/2020\nb,t,4,25/06/2020\n');
    expect(found).toContain('dates with the day first');
    expect(ratings[0]!.at!.toISOString()).toBe('2020-06-05T00:00:00.000Z');
    const american = await readText('csv', 'user,product,rating,date\na,t,4,05/06/2020\nb,t,4,06/25/2020\n');
    expect(american.ratings[0]!.at!.toISOString()).toBe('2020-05-06T00:00:00.000Z');
  });

  test('where nothing tells, the user must', async () => {
    const text = 'user,product,rating,date\na,t,4,05/06/2020\n';
    await expect(readText('csv', text)).rejects.toThrow('Say --date-order dmy or --date-order mdy.');
    expect(await at('05/06/2020', { dateOrder: 'dmy' })).toBe('2020-06-05T00:00:00.000Z');
    expect(await at('05/06/2020', { dateOrder: 'mdy' })).toBe('2020-05-06T00:00:00.000Z');
    await expect(readText('csv', `${text}b,t,4,25/06/2020\nc,t,4,06/25/2020\n`)).rejects.toThrow(
      'has dates with the day first and dates with the month first',
    );
  });

  test('the zone of the server does not matter', async () => {
    const zone = process.env['TZ'];
    process.env['TZ'] = 'Pacific/Auckland';
    try {
      expect(await at('2020-06-05 14:30')).toBe('2020-06-05T14:30:00.000Z');
      expect(await at('June 5, 2020')).toBe('2020-06-05T00:00:00.000Z');
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });
});

describe('texts', () => {
  const body = async (text: string, options = {}) =>
    (await readOne('amazon-reviews', JSON.stringify({ user_id: 'A', asin: 'B', rating: 5, text }), options)).body;

  test('are counted in characters, as the API counts them', async () => {
    const title = '👩‍👩‍👧‍👦'.repeat(200);
    expect((await readOne('amazon-reviews', JSON.stringify({ user_id: 'A', asin: 'B', rating: 5, title }))).title).toBe(title);
    expect(await body('👍🏽'.repeat(10_000))).toBe('👍🏽'.repeat(10_000));
  });

  test('that are too long are rejected, or shortened between characters', async () => {
    const long = '👩‍👩‍👧‍👦'.repeat(10_001);
    const { rejected } = await readText('amazon-reviews', JSON.stringify({ user_id: 'A', asin: 'B', rating: 5, text: long }));
    expect(rejected).toMatchObject([{ line: 1, column: 'text', reason: expect.stringContaining('has more than 10000 characters') }]);
    const shortened = await body(long, { shorten: true });
    expect(shortened).toBe(`${'👩‍👩‍👧‍👦'.repeat(9_999)}…`);
  });

  test('have their HTML entities decoded, once', async () => {
    expect(await body('Tom &amp; Jerry&#39;s &lt;3 &quot;x&quot;<br />AT&T &amp;amp;')).toBe('Tom & Jerry\'s <3 "x"\nAT&T &amp;');
    expect(await body('Tom &amp; Jerry', { keepHtml: true })).toBe('Tom &amp; Jerry');
  });

  test('hold no more than the API takes: no control characters, no turned directions, and titles of one line', async () => {
    const text = 'one\r\ntwo\u0007 \u202ethree';
    expect(await body(text)).toBe('one\ntwo three');
    const line = JSON.stringify({ user_id: 'A', asin: 'B', rating: 5, title: 'a\nb\u200b' });
    expect((await readOne('amazon-reviews', line)).title).toBe('a b');
  });

  test.each(['\u200b', ' \u2800\n', '\u3164\u3164', '\u2060\ufeff', '\u0301'])(
    'of which nothing can be seen are none: %j',
    async (text) => {
      expect(await body(text)).toBe('');
      const line = JSON.stringify({ user_id: 'A', asin: 'B', rating: 5, title: text });
      expect((await readOne('amazon-reviews', line)).title).toBe('');
    },
  );

  test('with half a character are stored whole', async () => {
    expect((await readOne('amazon-reviews', '{"user_id":"A","asin":"B","rating":5,"text":"a\\ud83d b"}')).body).toBe('a\ufffd b');
  });
});

describe('what names a user or a product', () => {
  const line = (user: string) => `{"user_id":${user},"asin":"B","rating":5}`;

  test.each([
    ['7', '7'],
    ['9007199254740991', '9007199254740991'],
    ['"9007199254740993"', '9007199254740993'],
  ])('%s is read as %s', async (written, user) => {
    expect((await readOne('amazon-reviews', line(written))).user).toBe(user);
  });

  test.each(['9007199254740993', '1152921504606846977', '1e400', '-1e400', '1e21'])(
    'is not taken where another may be meant: %s',
    async (written) => {
      const { rejected } = await readText('amazon-reviews', line(written));
      expect(rejected).toMatchObject([{ column: 'user_id', reason: expect.stringContaining('too large to be read exactly') }]);
    },
  );

  test.each(['"\u2800"', '"\u3164"', '"\u200b"'])('is missing where there is nothing to see: %s', async (written) => {
    const { rejected } = await readText('amazon-reviews', line(written));
    expect(rejected).toMatchObject([{ column: 'user_id', reason: expect.stringContaining('is missing') }]);
  });
});

/** Every rule that looks at what users write takes time in proportion to its length, whatever is written. */
import { describe, expect, test } from 'vitest';
import { readPage } from '../../src/relay/connection.js';
import { parseGlobalId } from '../../src/relay/global-id.js';
import { requestIdOf } from '../../src/http/request-log.js';
import { networkOf } from '../../src/http/network-address.js';
import { InputRules } from '../../src/input/rules.js';
import { flawIn, flawInLine, isBlank, isLongerThan, tidy } from '../../src/input/text.js';
import { webAddress } from '../../src/input/web-address.js';
import { createLogger } from '../../src/logger.js';
import { slugify } from '../../src/modules/catalog/slugs.js';
import { mentionedHandles, withoutMention } from '../../src/modules/comment/mentions.js';
import { decodeEventCursor } from '../../src/realtime/event-log.js';
import { signsOfText } from '../../src/scoring/index.js';
import { allTermsOf, keywordsOf, queryOf } from '../../src/search/index.js';

const log = createLogger('trace', { write: () => {} });

const rules: Record<string, (text: string) => unknown> = {
  'what is no text': (text) => [flawIn(text), flawInLine(text)],
  'what cannot be seen': isBlank,
  // Texts with too many marks are refused before they are put in order.
  tidying: (text) => (flawIn(text) === null ? tidy(text) : null),
  'counting characters': (text) => isLongerThan(text, Math.ceil(text.length / 2)),
  'the rules for a text': (text) => new InputRules().text(text, { min: 2, max: 10_000 }).line(text, { max: text.length }),
  addresses: (text) => webAddress(`https://example.org/${text}`),
  slugs: (text) => (flawIn(text) === null ? slugify(text) : null),
  mentions: (text) => [mentionedHandles(text), withoutMention(text, 'anna')],
  screening: signsOfText,
  'words of questions': keywordsOf,
  'words of products': allTermsOf,
  'words of a search': (text) => queryOf(text, 20),
  ids: (text) => refused(() => parseGlobalId(text, 'id')),
  cursors: (text) => refused(() => readPage({ after: text }, 'list', 1)),
  'cursors of events': (text) => refused(() => decodeEventCursor(text, 'topic')),
  'request ids': (text) => requestIdOf({ headers: { 'x-request-id': text } }),
  'network addresses': networkOf,
  'lines of the log': (text) => log.info({ text }, 'x'),
};

function refused(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

const pieces = [
  ...['a', 'A', '0', ' ', '\n', '-', '.', '@', '_', '"', '=', ':', '/', 'é', '😀', '각', '\u200d', '\ufb03', '\ufdfa'],
  ...[
    'a-',
    'a.',
    'a@',
    '@a',
    '@abc',
    'a ',
    'a\n',
    'www.',
    'http://',
    'a.co',
    'a.com ',
    '1.',
    '1:',
    'e\u0301',
    '\u0301\u0316',
    '🇩🇪',
    '👩‍',
    'QUFB',
    'eyJ',
    'eyJa.',
    'Bearer ',
    '//a',
    '\\',
    'a\n@',
    '\r\n',
    '\ud800',
  ],
];

/** Milliseconds of the processor, the least of some runs: what other programs do does not count. */
function timeOf(work: () => void): number {
  let least = Infinity;
  for (let run = 0; run < 3; run++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

/** Four times the text takes four times as long, sixteen times where a rule is quadratic. */
const mostGrowth = 8;
/** Shorter times say nothing. */
const floor = 1;

function timesOf(rule: (text: string) => unknown, piece: string): number[] {
  return [10_000, 20_000, 40_000].map((length) => {
    const text = Buffer.from(`x${piece.repeat(Math.ceil(length / piece.length))}`, 'utf16le').toString('utf16le');
    return timeOf(() => void rule(text));
  });
}

function growthOf([short, , long]: number[]): number {
  return long! / Math.max(short!, floor);
}

describe('a rule takes time in proportion to the text', () => {
  test.each(Object.entries(rules))('%s', (_name, rule) => {
    for (const piece of pieces) {
      let times = timesOf(rule, piece);
      // Compiling and collecting garbage stretch single measurements; a quadratic rule is slow every time.
      for (let again = 0; again < 4 && growthOf(times) >= mostGrowth; again++) times = timesOf(rule, piece);
      expect(growthOf(times), `${JSON.stringify(piece)} takes ${times.join(', ')} ms`).toBeLessThan(mostGrowth);
    }
  });
});

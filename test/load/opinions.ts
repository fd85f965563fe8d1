/**
 * How often the sentiment of a text is found as people gave it, on public sets of reviews.
 *
 * npm run bench:opinions
 */
import { readFileSync } from 'node:fs';
import { languageOf, type Language } from '../../src/opinions/language.js';
import { sentimentOf } from '../../src/opinions/sentiment.js';
import { publicData } from './public-data.js';

interface Labelled {
  set: string;
  language: Language;
  text: string;
  good: boolean;
}

const texts = readFileSync(publicData('opinions.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Labelled);

const share = (part: number, whole: number): string => (part / Math.max(1, whole)).toFixed(3);

process.stdout.write(
  '| set | texts | right, of those with an opinion | good ones found | bad ones found | no opinion found | language found | ms a text |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n',
);
for (const set of new Set(texts.map((text) => text.set))) {
  const own = texts.filter((text) => text.set === set);
  const startedAt = performance.now();
  const judged = own.map(({ text, language, good }) => ({
    good,
    value: sentimentOf(text, language),
    known: languageOf(text) === language,
  }));
  const time = (performance.now() - startedAt) / own.length;
  const decided = judged.filter(({ value }) => value !== 0);
  const right = decided.filter(({ good, value }) => value > 0 === good);
  const [good, bad] = [true, false].map((kind) => ({
    found: right.filter((one) => one.good === kind).length,
    all: judged.filter((one) => one.good === kind).length,
  }));
  const cells = [
    `${set} (${own[0]!.language})`,
    own.length,
    share(right.length, decided.length),
    share(good!.found, good!.all),
    share(bad!.found, bad!.all),
    share(own.length - decided.length, own.length),
    share(judged.filter(({ known }) => known).length, own.length),
    time.toFixed(2),
  ];
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}

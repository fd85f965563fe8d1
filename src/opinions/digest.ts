/** What one review says of what: the topics in its sentences, and how good or bad each is said to be. */
import { aspectsIn } from './aspects.js';
import { languageOf, type Language } from './language.js';
import { lexiconOf, valuesOf } from './lexicons/index.js';
import { clauseValues, normalised, type ClauseValue } from './sentiment.js';
import { sentencesOf, type Span } from './sentences.js';
import { readingWordsOf, wordsOf } from './words.js';

/** Changes with what is found in texts, so that older digests are made again. Until then they count as they are. */
export const digestVersion = 3;

export interface Mention extends Span {
  /** An aspect's key, or a phrase of the review in lower case. */
  topic: string;
  /** -1 to 1. */
  sentiment: number;
}

export interface ReviewDigest {
  version: number;
  /** Null for a language that is not understood: then there are no mentions. */
  language: Language | null;
  /** The places are those of the sentences. */
  mentions: Mention[];
  /** The keys of the aspects among the mentions, each once; missing where there are none. */
  aspects?: string[];
}

const maxMentions = 60;
const maxPhrases = 30;
/** What the review's rating counts beside what a clause says, and where a clause says nothing. */
const shareOfRating = 0.25;
const shareOfSentence = 0.5;

/** @param stars of the review, 1 to 5 */
export function digestOf(text: string, stars: number): ReviewDigest {
  const language = languageOf(text);
  if (!language) return { version: digestVersion, language, mentions: [] };
  const aspects: Mention[] = [];
  const phrases = new Map<string, Mention>();
  for (const sentence of sentencesOf(text)) {
    const clauses = clauseValues(text, sentence, language);
    const sum = clauses.reduce((total, { value }) => total + value, 0);
    const place = { from: sentence.from, to: sentence.to };
    for (const clause of clauses) {
      const sentiment = sentimentFor(clause, sum, stars);
      const words = wordsOf(text, clause, language).map((word) => word.text);
      for (const topic of aspectsIn(words, language)) aspects.push({ topic, sentiment, ...place });
      for (const topic of phrasesIn(text, clause, language)) if (!phrases.has(topic)) phrases.set(topic, { topic, sentiment, ...place });
    }
  }
  const ofAspects = oneASentence(aspects).slice(0, maxMentions);
  const ofPhrases = [...phrases.values()].slice(0, Math.min(maxPhrases, maxMentions - ofAspects.length));
  return {
    version: digestVersion,
    language,
    mentions: [...ofAspects, ...ofPhrases],
    ...(ofAspects.length > 0 && { aspects: [...new Set(ofAspects.map(({ topic }) => topic))] }),
  };
}

/** Of the clause itself, or else of what surrounds it; the rating is a hint where words mislead. */
function sentimentFor({ value }: ClauseValue, sentence: number, stars: number): number {
  const said = value !== 0 ? normalised(value) : shareOfSentence * normalised(sentence);
  return rounded((1 - shareOfRating) * said + (shareOfRating * (stars - 3)) / 2);
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** A topic that several clauses of a sentence speak of is one mention, with their mean. */
function oneASentence(mentions: readonly Mention[]): Mention[] {
  const groups = new Map<string, Mention[]>();
  for (const mention of mentions) {
    const key = `${mention.topic}@${mention.from}`;
    groups.set(key, [...(groups.get(key) ?? []), mention]);
  }
  return [...groups.values()].map((group) => ({
    ...group[0]!,
    sentiment: rounded(group.reduce((sum, { sentiment }) => sum + sentiment, 0) / group.length),
  }));
}

const shortestWord = { en: 3, de: 3, es: 3, zh: 2 };
const hasDigit = /\p{N}/u;

/** Single words and pairs that may be what a product's reviews have in common: neither opinions, nor aspects, nor common words. */
function phrasesIn(text: string, clause: Span, language: Language): string[] {
  const { common } = lexiconOf(language);
  const values = valuesOf(language);
  const tells = (word: string): boolean =>
    word.length >= shortestWord[language] &&
    !common.has(word) &&
    !hasDigit.test(word) &&
    !(values.get(word) ?? 0) &&
    aspectsIn([word], language).length === 0;
  const words = readingWordsOf(text, clause, language).map((word) => word.text);
  const found: string[] = [];
  words.forEach((word, at) => {
    if (!tells(word)) return;
    found.push(word);
    const next = words[at + 1];
    if (language !== 'zh' && next !== undefined && tells(next)) found.push(`${word} ${next}`);
  });
  return found;
}

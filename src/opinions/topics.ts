/** What the reviews of one product have in common, from their digests. */
import type { Mention, ReviewDigest } from './digest.js';
import { aspects } from './aspects.js';
import { languages, type Language } from './language.js';
import { worth } from './quotes.js';
import type { Span } from './sentences.js';

export interface DigestedReview<Id> {
  id: Id;
  digest: ReviewDigest;
  /** Votes that it helped. */
  helpful: number;
}

export interface Topic<Id> {
  /** An aspect's key, or a phrase in lower case. */
  topic: string;
  /** The mean over the reviews that speak of it, drawn to 0 while they are few: -1 to 1. */
  sentiment: number;
  /** How many reviews speak of it. */
  mentions: number;
  /** Of the reviews that say anything, 0 to 1. */
  share: number;
  /** Sentences that may be shown for it, the best first. */
  quotes: (Span & { review: Id })[];
}

export const maxTopics = 12;
/** More than are shown, so that one that is out of sight leaves others. */
const maxQuotes = 6;
const maxPhrases = 5;
const fewestForAspect = 2;
const fewestForPhrase = 3;
const leastShareOfPhrase = 0.04;
/** What nearly everybody writes is what the product is, and says nothing. */
const mostShareOfPhrase = 0.6;
/** A word that mostly stands in one pair is that pair. */
const mostlyInPair = 0.6;
const priorMentions = 1;
const contrary = 0.25;

const aspectKeys = new Set(aspects.map(({ key }) => key));

/** @param title of the product, whose words are no topics */
export function topicsOf<Id>(reviews: readonly DigestedReview<Id>[], title: string): { topics: Topic<Id>[]; language: Language } {
  const speaking = reviews.filter(({ digest }) => digest.mentions.length > 0);
  const byTopic = new Map<string, Said<Id>[]>();
  for (const review of speaking) {
    for (const [topic, said] of saidIn(review)) byTopic.set(topic, [...(byTopic.get(topic) ?? []), said]);
  }
  const candidates = [...byTopic].map(([topic, said]) => summary(topic, said, speaking.length));
  const byMentions = candidates.sort((a, b) => b.mentions - a.mentions || (a.topic < b.topic ? -1 : 1));
  const found = byMentions.filter(({ topic, mentions }) => aspectKeys.has(topic) && mentions >= fewestForAspect);
  const phrases = tellingPhrases(byMentions, new Set(title.toLowerCase().match(/\p{L}+/gu) ?? []), title).slice(0, maxPhrases);
  const topics = [...found, ...phrases].sort((a, b) => b.mentions - a.mentions || (a.topic < b.topic ? -1 : 1)).slice(0, maxTopics);
  return { topics, language: mainLanguage(reviews) };
}

/** What one review says of one topic. */
interface Said<Id> {
  review: Id;
  sentiment: number;
  best: Mention;
  helpful: number;
}

function saidIn<Id>({ id, digest, helpful }: DigestedReview<Id>): Map<string, Said<Id>> {
  const groups = new Map<string, Mention[]>();
  for (const mention of digest.mentions) groups.set(mention.topic, [...(groups.get(mention.topic) ?? []), mention]);
  return new Map(
    [...groups].map(([topic, mentions]) => {
      const sentiment = mentions.reduce((sum, mention) => sum + mention.sentiment, 0) / mentions.length;
      const best = mentions.reduce((strongest, mention) => (worth(mention, 0) > worth(strongest, 0) ? mention : strongest));
      return [topic, { review: id, sentiment, best, helpful }];
    }),
  );
}

function summary<Id>(topic: string, said: readonly Said<Id>[], speaking: number): Topic<Id> {
  const sentiment = said.reduce((sum, mention) => sum + mention.sentiment, 0) / (said.length + priorMentions);
  return {
    topic,
    sentiment: Math.round(sentiment * 100) / 100,
    mentions: said.length,
    share: said.length / speaking,
    quotes: quotesOf(said, sentiment),
  };
}

/** What most say comes first; where a good part says the opposite, that is the second. */
function quotesOf<Id>(said: readonly Said<Id>[], sentiment: number): Topic<Id>['quotes'] {
  const ordered = [...said].sort((a, b) => worth(b.best, b.helpful) - worth(a.best, a.helpful));
  const agrees = ({ best }: Said<Id>): boolean => best.sentiment * sentiment >= 0;
  const agreeing = ordered.filter(agrees);
  const opposing = ordered.filter((mention) => !agrees(mention));
  const chosen = opposing.length / said.length >= contrary ? [...agreeing.slice(0, 1), opposing[0]!, ...agreeing.slice(1)] : agreeing;
  return chosen.slice(0, maxQuotes).map(({ review, best: { from, to } }) => ({ review, from, to }));
}

function tellingPhrases<Id>(candidates: readonly Topic<Id>[], titleWords: ReadonlySet<string>, title: string): Topic<Id>[] {
  const frequent = candidates.filter(
    ({ topic, mentions, share }) =>
      !aspectKeys.has(topic) &&
      mentions >= fewestForPhrase &&
      share >= leastShareOfPhrase &&
      share <= mostShareOfPhrase &&
      !topic.split(' ').some((word) => titleWords.has(word)) &&
      !title.includes(topic),
  );
  const pairs = frequent.filter(({ topic }) => topic.includes(' '));
  const isPartOfPair = ({ topic, mentions }: Topic<Id>): boolean =>
    pairs.some((pair) => pair.topic.split(' ').includes(topic) && pair.mentions >= mostlyInPair * mentions);
  return frequent.filter((candidate) => !isPartOfPair(candidate));
}

function mainLanguage<Id>(reviews: readonly DigestedReview<Id>[]): Language {
  const count = (language: Language): number => reviews.filter(({ digest }) => digest.language === language).length;
  return [...languages].sort((a, b) => count(b) - count(a))[0]!;
}

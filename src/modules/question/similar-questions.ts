/** Finds earlier questions that ask the same, while somebody is still typing. */
import MiniSearch from 'minisearch';
import type { Types } from 'mongoose';
import type { QuestionDocument, QuestionModels } from './question.model.js';

const maxTerms = 60;
const maxCandidates = 300;

/** So common in questions that they tell nothing. */
const common = new Set(
  'a an and any are as at be been but by can could do does for from had has have how i if in is it its me my of on or our should so than that the their them there this to was we were what when where which who why will with would you your'.split(
    ' ',
  ),
);

/** The distinct words of a text in their base form, the common ones left out, at most sixty. */
export function termsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const terms = words.filter((word) => word.length > 1 && !common.has(word)).map(stem);
  return [...new Set(terms)].slice(0, maxTerms);
}

/** Takes plural and verb endings off English words, crudely: both sides of a comparison are treated alike. */
function stem(word: string): string {
  if (word.length > 5 && word.endsWith('ing')) return word.slice(0, -3);
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.length > 4 && (word.endsWith('es') || word.endsWith('ed'))) return word.slice(0, -2);
  return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

export class SimilarQuestions {
  constructor(private readonly models: QuestionModels) {}

  /**
   * A product's questions that share words with a text, the most alike first. The index finds those that share a word,
   * at most three hundred; among them BM25+ ranks, and forgives mistyped and unfinished words.
   */
  async find(product: Types.ObjectId, text: string, hidden: Types.ObjectId[], limit: number): Promise<QuestionDocument[]> {
    const terms = termsOf(text);
    if (terms.length === 0) return [];
    const visible = { product, hiddenAt: null, ...(hidden.length > 0 && { author: { $nin: hidden } }) };
    const unfinished = terms.at(-1)!;
    const sharing = { ...visible, $or: [{ terms: { $in: terms } }, { terms: { $gte: unfinished, $lt: `${unfinished}\uffff` } }] };
    const candidates: QuestionDocument[] = await this.models.questions.find(sharing).limit(maxCandidates).lean();
    const index = new MiniSearch<{ id: string; text: string }>({ fields: ['text'], tokenize: (words) => words.split(' ') });
    index.addAll(candidates.map((question) => ({ id: question._id.toHexString(), text: question.terms.join(' ') })));
    const ranked = index.search(terms.join(' '), { prefix: true, fuzzy: 0.2 }).slice(0, limit);
    const byKey = new Map(candidates.map((question) => [question._id.toHexString(), question]));
    return ranked.map(({ id }) => byKey.get(id as string)!);
  }
}

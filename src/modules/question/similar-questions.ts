/** Finds earlier questions that ask the same, while somebody is still typing. */
import MiniSearch from 'minisearch';
import type { Types } from 'mongoose';
import { keywordsOf } from '../../search/index.js';
import type { QuestionDocument, QuestionModels } from './question.model.js';

const maxCandidates = 300;

export class SimilarQuestions {
  constructor(private readonly models: QuestionModels) {}

  /**
   * A product's questions that share words with a text, the most alike first. The index finds those that share a word,
   * at most three hundred; among them BM25+ ranks, and forgives mistyped and unfinished words.
   */
  async find(product: Types.ObjectId, text: string, hidden: Types.ObjectId[], limit: number): Promise<QuestionDocument[]> {
    const terms = keywordsOf(text);
    if (terms.length === 0) return [];
    const visible = { product, hiddenAt: null, ...(hidden.length > 0 && { author: { $nin: hidden } }) };
    const unfinished = terms.at(-1)!;
    const sharing = { ...visible, $or: [{ terms: { $in: terms } }, { terms: { $gte: unfinished, $lt: `${unfinished}\uffff` } }] };
    return this.ranked(await this.models.questions.find(sharing).limit(maxCandidates).lean(), terms, limit);
  }

  /** Questions of one product or of all that have every word, of which the last may be unfinished; the most alike first. */
  async search(product: Types.ObjectId | null, text: string, hidden: Types.ObjectId[], limit: number): Promise<QuestionDocument[]> {
    const keywords = keywordsOf(text).filter((word, at, all) => !isEndOfRun(word, all[at - 1]));
    const unfinished = keywords.at(-1);
    const terms = keywords.sort((left, right) => right.length - left.length);
    if (!unfinished) return [];
    const beginning = { terms: { $elemMatch: { $gte: unfinished, $lt: `${unfinished}\uffff` } } };
    const every = terms.map((term) => (term === unfinished ? beginning : { terms: term }));
    const filter = {
      ...(product && { product }),
      $and: every.sort((left, right) => Number(left === beginning) - Number(right === beginning)),
      hiddenAt: null,
      ...(hidden.length > 0 && { author: { $nin: hidden } }),
    };
    return this.ranked(await this.models.questions.find(filter).limit(maxCandidates).lean(), terms, limit);
  }

  private ranked(candidates: QuestionDocument[], terms: readonly string[], limit: number): QuestionDocument[] {
    const index = new MiniSearch<{ id: string; text: string }>({ fields: ['text'], tokenize: (words) => words.split(' ') });
    index.addAll(candidates.map((question) => ({ id: question._id.toHexString(), text: question.terms.join(' ') })));
    const ranked = index.search(terms.join(' '), { prefix: true, fuzzy: (term) => (term.length > 3 ? 0.2 : false) }).slice(0, limit);
    const byKey = new Map(candidates.map((question) => [question._id.toHexString(), question]));
    return ranked.map(({ id }) => byKey.get(id as string)!);
  }
}

/** In scripts without spaces a text ends with shorter and shorter pieces, which are in the middle of others. */
function isEndOfRun(word: string, before: string | undefined): boolean {
  return word > '\u02ff' && before?.length === word.length + 1 && before.endsWith(word);
}

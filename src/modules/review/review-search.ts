/** Finds words in the reviews of a product. */
import type { Types } from 'mongoose';
import type { ListDefinition } from '../../relay/connection.js';
import { allTermsOf, queryOf, type QueryTerm } from '../../search/index.js';
import type { ReviewDocument, ReviewModels } from './review.model.js';

const maxWords = 20;
/** So many reviews are looked through, the first ones in the order of the list. */
export const maxSearched = 1000;

export class ReviewSearch {
  constructor(private readonly models: ReviewModels) {}

  /** The reviews of a list that have every word, finished or not, in the order of the list. */
  async find(list: ListDefinition, query: string): Promise<Types.ObjectId[]> {
    const words = queryOf(query, maxWords);
    if (words.length === 0) return [];
    const read: Pick<ReviewDocument, '_id' | 'title' | 'body'>[] = await this.models.reviews
      .find(list.filter, { title: 1, body: 1 })
      .sort(Object.fromEntries(list.order))
      .limit(maxSearched)
      .lean();
    return read.filter(({ title, body }) => hasAll(allTermsOf(`${title}\n${body}`), words)).map(({ _id }) => _id);
  }
}

function hasAll(terms: readonly string[], words: ReturnType<typeof queryOf>): boolean {
  const exact = new Set(terms);
  const has = ({ text, match }: QueryTerm): boolean =>
    exact.has(text) || (match !== 'EXACT' && terms.some((term) => term.startsWith(text)));
  return words.every((spellings) => spellings.some((needed) => needed.every(has)));
}

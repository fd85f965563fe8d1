/** Finds people by their names and handles, also unfinished ones. */
import type { Types } from 'mongoose';
import { allTermsOf, fold, queryOf, type QueryTerm } from '../../search/index.js';
import { publicProjection, type PublicUser } from './user.loader.js';
import type { UserModels } from './user.model.js';

const maxTerms = 20;
const maxWords = 5;
/** Among so many that match, the best are chosen. */
const maxCandidates = 200;
/** Imported users are names alone, unless they can be signed in to. */
const someoneBehind = { $or: [{ source: { $exists: false } }, { passwordHash: { $exists: true } }] };
/** Above every character that a term has. */
const last = '\uffff';

/** What a user is found by: the words of their name, and the handle as a whole and in its parts. */
export function searchTermsOf({ name, handle }: { name: string; handle: string }): string[] {
  return [...new Set([handle.toLowerCase(), ...allTermsOf(name), ...allTermsOf(handle)])].slice(0, maxTerms);
}

export class UserSearch {
  constructor(private readonly models: UserModels) {}

  /** @param hidden those whom the viewer does not see */
  async searchUsers(query: string, hidden: readonly Types.ObjectId[], limit: number): Promise<PublicUser[]> {
    const wanted = query.trim().replace(/^@/, '');
    const words = /^\w+$/.test(wanted)
      ? [[startsWith(wanted.toLowerCase())]]
      : queryOf(wanted, maxWords).map((word) => word[0]!.map(condition));
    if (words.length === 0) return [];
    const filter = { $and: words.flat(), bannedAt: null, ...someoneBehind, ...(hidden.length > 0 && { _id: { $nin: hidden } }) };
    const found: PublicUser[] = await this.models.users.find(filter, publicProjection).limit(maxCandidates).lean();
    const folded = fold(wanted);
    return found.sort((left, right) => distance(left, folded) - distance(right, folded) || compare(left, right)).slice(0, limit);
  }
}

function condition({ text, match }: QueryTerm): object {
  return match === 'EXACT' ? { searchTerms: text } : startsWith(text);
}

function startsWith(beginning: string): object {
  return { searchTerms: { $elemMatch: { $gte: beginning, $lt: `${beginning}${last}` } } };
}

/** The handle itself comes first, then handles and names that begin with the query, then the rest. */
function distance({ handle, name }: PublicUser, query: string): number {
  const lower = handle.toLowerCase();
  if (lower === query) return 0;
  if (lower.startsWith(query)) return 1;
  return fold(name).startsWith(query) ? 2 : 3;
}

function compare(left: PublicUser, right: PublicUser): number {
  return left.handle < right.handle ? -1 : 1;
}

/** Whom to follow: people with the viewer's taste, and people whom those follow whom the viewer follows. */
import type { Types } from 'mongoose';
import type { RequestContext } from '../../relay/context.js';
import type { SimilarityVerbs } from '../similarity/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import type { UserVerbs } from '../user/index.js';
import { bestFirst, maxNamed, reason, type Suggestion } from './suggestion.js';

const maxSuggested = 100;
/** So many of the viewer's latest followees, and so many of the latest whom each of them follows, are looked at. */
const maxFollowees = 100;
const maxFolloweesOfEach = 100;
const maxOfFollowees = 500;
const shareOfTaste = 0.6;

interface SuggestedUsersDependencies {
  similarity: SimilarityVerbs;
  socialGraph: SocialGraphVerbs;
  users: UserVerbs;
}

interface Followed {
  id: Types.ObjectId;
  by: Types.ObjectId[];
  score: number;
}

export class SuggestedUsers {
  constructor(private readonly dependencies: SuggestedUsersDependencies) {}

  /** The best first; none for a viewer who opted out of suggestions or personalisation. */
  async suggestedFor(viewer: Types.ObjectId, context: RequestContext): Promise<Suggestion[]> {
    const { similarity, socialGraph, users } = this.dependencies;
    if (!(await context.load(users.isSuggestible, viewer))) return [];
    const [hidden, followees] = await Promise.all([socialGraph.hiddenFrom(context), socialGraph.followedBy(viewer)]);
    const excluded = new Set([viewer, ...hidden, ...followees].map((id) => id.toHexString()));
    const [likeMinded, followed] = await Promise.all([
      similarity.likeMindedOf(viewer, hidden, context),
      this.followedBy(followees.slice(0, maxFollowees), excluded),
    ]);
    const suggestions = new Map<string, Suggestion>();
    for (const { user, agreement, shared } of likeMinded) {
      if (excluded.has(user.toHexString())) continue;
      const why = reason('SAME_TASTE', { products: shared.slice(0, maxNamed) });
      suggestions.set(user.toHexString(), { id: user, score: shareOfTaste * agreement, reasons: [why] });
    }
    const most = Math.max(...followed.map(({ score }) => score), 0);
    for (const { id, by, score } of followed) {
      const earlier = suggestions.get(id.toHexString());
      const own = ((1 - shareOfTaste) * score) / most;
      const why = reason('FOLLOWED_BY', { users: by.slice(0, maxNamed) });
      const reasons = earlier ? (earlier.score >= own ? [...earlier.reasons, why] : [why, ...earlier.reasons]) : [why];
      suggestions.set(id.toHexString(), { id, score: own + (earlier?.score ?? 0), reasons });
    }
    const takesPart = await Promise.all([...suggestions.values()].map(({ id }) => context.load(users.isSuggestible, id)));
    return bestFirst(
      [...suggestions.values()].filter((_, at) => takesPart[at]),
      maxSuggested,
    );
  }

  /**
   * Whom the viewer's followees follow: each of these counts the less the more people they follow, 1 / log(1 + n).
   * Source: L. Adamic, E. Adar, "Friends and neighbors on the web", 2003.
   */
  private async followedBy(followees: readonly Types.ObjectId[], excluded: ReadonlySet<string>): Promise<Followed[]> {
    const lists = await this.dependencies.socialGraph.latestFolloweesOf(followees, maxFolloweesOfEach);
    const found = new Map<string, Followed>();
    for (const { follower, followees: theirs } of lists) {
      for (const id of theirs) {
        const key = id.toHexString();
        if (excluded.has(key)) continue;
        const entry = found.get(key) ?? { id, by: [], score: 0 };
        entry.by.push(follower);
        entry.score += 1 / Math.log(2 + theirs.length);
        found.set(key, entry);
      }
    }
    return [...found.values()].sort((a, b) => b.score - a.score).slice(0, maxOfFollowees);
  }
}

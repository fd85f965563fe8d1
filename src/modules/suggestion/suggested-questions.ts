/** Which questions the viewer can answer: of what they bought or reviewed, and like those that they answered before. */
import type { Types } from 'mongoose';
import type { RequestContext } from '../../relay/context.js';
import type { BehaviourVerbs } from '../behaviour/index.js';
import type { OrderVerbs } from '../order/index.js';
import type { AnswerableQuestion, QuestionVerbs } from '../question/index.js';
import type { ReviewVerbs } from '../review/index.js';
import type { SocialGraphVerbs } from '../social-graph/index.js';
import { bestFirst, maxNamed, reason, type Suggestion, type SuggestionReason } from './suggestion.js';

const maxSuggested = 100;
const maxProducts = 200;
const maxAnswers = 100;
const worth = { BOUGHT: 1, REVIEWED: 0.8, ANSWERED: 1 };
const halfLife = 30 * 24 * 60 * 60 * 1000;
/** What a question is worth that nobody asks any more. */
const leastFreshness = 0.4;
/** From so many common words, counted by how rare they are, a question is like another one. */
const leastLikeness = 0.15;

interface SuggestedQuestionsDependencies {
  behaviour: BehaviourVerbs;
  orders: OrderVerbs;
  questions: QuestionVerbs;
  reviews: ReviewVerbs;
  socialGraph: SocialGraphVerbs;
}

interface Ownership {
  bought: ReadonlySet<string>;
  reviewed: ReadonlySet<string>;
  products: Types.ObjectId[];
}

export class SuggestedQuestions {
  constructor(private readonly dependencies: SuggestedQuestionsDependencies) {}

  /** The best first; none for a viewer who does not agree to personalisation. */
  async suggestedFor(viewer: Types.ObjectId, context: RequestContext): Promise<Suggestion[]> {
    const { behaviour, questions, socialGraph } = this.dependencies;
    if (!(await behaviour.choicesOf({ user: viewer })).personalisation) return [];
    const owned = await this.ownershipOf(viewer);
    const hidden = await socialGraph.hiddenFrom(context);
    const [open, answered] = await Promise.all([
      questions.openQuestions(owned.products, [viewer, ...hidden]),
      questions.answeredBy(viewer, maxAnswers),
    ]);
    const already = await questions.answeredAmong(
      viewer,
      open.map(({ _id }) => _id),
    );
    const experience = new Experience(answered);
    const candidates = open.filter(({ _id }) => !already.has(_id.toHexString()));
    return bestFirst(
      candidates.map((question) => suggestionOf(question, owned, experience)),
      maxSuggested,
    );
  }

  private async ownershipOf(viewer: Types.ObjectId): Promise<Ownership> {
    const [ordered, ratings] = await Promise.all([
      this.dependencies.orders.orderedBy(viewer),
      this.dependencies.reviews.publicRatingsOf([viewer], maxProducts),
    ]);
    const rated = (ratings.get(viewer.toHexString()) ?? []).map(({ product }) => product);
    const products = new Map([...ordered, ...rated].map((id) => [id.toHexString(), id]));
    return {
      bought: new Set(ordered.map((id) => id.toHexString())),
      reviewed: new Set(rated.map((id) => id.toHexString())),
      products: [...products.values()].slice(0, maxProducts),
    };
  }
}

function suggestionOf(question: AnswerableQuestion, { bought, reviewed }: Ownership, experience: Experience): Suggestion {
  const product = question.product.toHexString();
  const reasons: [number, SuggestionReason][] = [];
  if (bought.has(product)) reasons.push([worth.BOUGHT, reason('BOUGHT', { products: [question.product] })]);
  else if (reviewed.has(product)) reasons.push([worth.REVIEWED, reason('REVIEWED', { products: [question.product] })]);
  const { likeness, common } = experience.likenessTo(question.terms);
  if (likeness >= leastLikeness) reasons.push([worth.ANSWERED * likeness, reason('ANSWERED', { topics: common.slice(0, maxNamed) })]);
  const knows = reasons.reduce((sum, [value]) => sum + value, 0);
  const age = Math.max(0, Date.now() - question.createdAt.getTime());
  const freshness = leastFreshness + (1 - leastFreshness) * 0.5 ** (age / halfLife);
  return {
    id: question._id,
    score: (knows * freshness) / (1 + question.answerCount),
    reasons: reasons.sort(([a], [b]) => b - a).map(([, why]) => why),
  };
}

/** What the viewer answered before, by the words of those questions. */
class Experience {
  private readonly frequency = new Map<string, number>();
  private readonly count: number;

  constructor(private readonly answered: readonly { terms: string[] }[]) {
    this.count = answered.length;
    for (const { terms } of answered) for (const term of new Set(terms)) this.frequency.set(term, (this.frequency.get(term) ?? 0) + 1);
  }

  /**
   * The cosine with the most alike of these questions, of words that weigh log(1 + n / df).
   * Source: G. Salton, C. Buckley, "Term-weighting approaches in automatic text retrieval", 1988.
   */
  likenessTo(terms: readonly string[]): { likeness: number; common: string[] } {
    let best = { likeness: 0, common: [] as string[] };
    const own = new Set(terms);
    for (const { terms: theirs } of this.answered) {
      const other = new Set(theirs);
      const common = [...own].filter((term) => other.has(term));
      const likeness = this.squares(common) / Math.sqrt(this.squares(own) * this.squares(other) || 1);
      if (likeness > best.likeness) best = { likeness, common };
    }
    return best;
  }

  private squares(terms: Iterable<string>): number {
    let sum = 0;
    for (const term of terms) sum += Math.log(1 + this.count / (this.frequency.get(term) ?? 1)) ** 2;
    return sum;
  }
}

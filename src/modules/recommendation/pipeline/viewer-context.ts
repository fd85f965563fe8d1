/** First step: who asks, and what is known of them. */
import type { Types } from 'mongoose';
import { interestIn, type Profile } from '../../../recommender/index.js';
import { pointsPerStar } from '../../../scoring/index.js';
import type { BehaviourVerbs, InteractionDocument } from '../../behaviour/index.js';
import type { CatalogVerbs } from '../../catalog/index.js';
import type { OrderVerbs } from '../../order/index.js';
import type { SocialGraphVerbs } from '../../social-graph/index.js';
import { rawInteraction } from '../training/training-data.js';
import type { LoadedModel } from './loaded-model.js';
import type { RecommendationRequest } from './recommendation.js';

export interface ViewerContext {
  /** Whose taste it is; null for strangers, and for users who opted out of personalisation. */
  user: Types.ObjectId | null;
  history: InteractionDocument[];
  followees: Types.ObjectId[];
  /** Products not to recommend: dismissed, bought, rated or sold by them. */
  excluded: Types.ObjectId[];
  /** Whether it may be stored what was shown to them, and what they did with it. */
  tracked: boolean;
}

/** The viewer in the numbers of a model. */
export interface ModelledViewer {
  profile: Profile;
  seen: ReadonlyMap<number, InteractionDocument>;
}

/** So many of a merchant's latest products are kept from them. */
const maxOwnProducts = 1000;

interface ViewerSources {
  behaviour: BehaviourVerbs;
  socialGraph: SocialGraphVerbs;
  catalog: Pick<CatalogVerbs, 'productsOfMerchant'>;
  orders: Pick<OrderVerbs, 'orderedBy'>;
  dismissedBy: (user: Types.ObjectId) => Promise<Types.ObjectId[]>;
}

const nothingKnown: ViewerContext = { user: null, history: [], followees: [], excluded: [], tracked: false };

/** Users who do not agree to personalisation get what strangers get; what they dismissed or sell themselves stays away. */
export async function viewerContext(sources: ViewerSources, { user, visitor }: RecommendationRequest): Promise<ViewerContext> {
  const { behaviour, catalog, orders, socialGraph, dismissedBy } = sources;
  if (!user) {
    const history = await visitorHistory(behaviour, visitor);
    return { ...nothingKnown, history, excluded: settledIn(history) };
  }
  const [{ personalisation, tracking }, dismissed, own, ordered, history, followees] = await Promise.all([
    behaviour.choicesOf({ user }),
    dismissedBy(user),
    catalog.productsOfMerchant(user, maxOwnProducts),
    orders.orderedBy(user),
    behaviour.historyOf(user),
    socialGraph.followedBy(user),
  ]);
  const unwanted = [...dismissed, ...own];
  if (!personalisation) return { ...nothingKnown, excluded: unwanted, tracked: tracking };
  return { user, history, followees, excluded: [...unwanted, ...ordered, ...settledIn(history)], tracked: tracking };
}

/** What the user bought or rated: there is nothing left to recommend. */
function settledIn(history: readonly InteractionDocument[]): Types.ObjectId[] {
  return history.filter(({ purchases, points }) => purchases > 0 || points !== null).map(({ product }) => product);
}

/** What a visitor did, where they agreed that recommendations follow from it. */
async function visitorHistory(behaviour: BehaviourVerbs, visitor: string | null): Promise<InteractionDocument[]> {
  if (!visitor || !(await behaviour.choicesOf({ visitor })).personalisation) return [];
  return behaviour.sessionOf(visitor);
}

/** Whether the user showed interest in it. */
export function isInterest({ points, purchases, carts, views }: InteractionDocument): boolean {
  return points === null ? purchases + carts + views > 0 : points >= 3 * pointsPerStar;
}

export function modelledViewer(model: LoadedModel, { history, followees }: ViewerContext, seedIds: Types.ObjectId[]): ModelledViewer {
  const seen = new Map<number, InteractionDocument>();
  for (const interaction of history) {
    const number = model.numberOf(interaction.product);
    if (number !== undefined) seen.set(number, interaction);
  }
  return { seen, profile: profileFor(seen, model.numbersOf(seedIds), model.numbersOfUsers(followees), Date.now()) };
}

/** On a page or in a cart, the products there count in full and the rest of the history a third. */
function profileFor(seen: ReadonlyMap<number, InteractionDocument>, seeds: number[], follows: number[], now: number): Profile {
  const share = seeds.length > 0 ? 1 / 3 : 1;
  const own = [...seen].filter(([item]) => !seeds.includes(item));
  const entries = [
    ...seeds.map((item) => ({ item, strength: 1, liked: 1, rating: null })),
    ...own.map(([item, interaction]) => {
      const { strength, liked } = interestIn(rawInteraction(interaction), now);
      const rating = interaction.points === null ? null : interaction.points / pointsPerStar;
      return { item, strength: strength * share, liked: liked ? share : 0, rating };
    }),
  ];
  return {
    items: entries.map(({ item }) => item),
    strengths: entries.map(({ strength }) => strength),
    liked: entries.map(({ liked }) => liked),
    ratings: entries.map(({ rating }) => rating),
    follows,
  };
}

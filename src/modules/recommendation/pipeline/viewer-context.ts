/** First step: who asks, and what is known of them. */
import type { Types } from 'mongoose';
import { interestIn, type Profile } from '../../../recommender/index.js';
import { pointsPerStar } from '../../../scoring/index.js';
import type { BehaviourVerbs, InteractionDocument } from '../../behaviour/index.js';
import type { SocialGraphVerbs } from '../../social-graph/index.js';
import type { UserVerbs } from '../../user/index.js';
import { rawInteraction } from '../training/training-data.js';
import type { LoadedModel } from './loaded-model.js';
import type { RecommendationRequest } from './recommendation.js';

export interface ViewerContext {
  /** Whose taste it is; null for strangers, and for users who opted out of personalisation. */
  user: Types.ObjectId | null;
  history: InteractionDocument[];
  followees: Types.ObjectId[];
  dismissed: Types.ObjectId[];
}

/** The viewer in the numbers of a model. */
export interface ModelledViewer {
  profile: Profile;
  seen: ReadonlyMap<number, InteractionDocument>;
}

interface ViewerSources {
  users: UserVerbs;
  behaviour: BehaviourVerbs;
  socialGraph: SocialGraphVerbs;
  dismissedBy: (user: Types.ObjectId) => Promise<Types.ObjectId[]>;
}

const nothingKnown: ViewerContext = { user: null, history: [], followees: [], dismissed: [] };

/** Users who opted out of personalisation get what strangers get; what they dismissed stays away. */
export async function viewerContext(sources: ViewerSources, { user, visitor }: RecommendationRequest): Promise<ViewerContext> {
  const { users, behaviour, socialGraph, dismissedBy } = sources;
  if (!user) return visitor ? { ...nothingKnown, history: await behaviour.sessionOf(visitor) } : nothingKnown;
  const [{ personalise }, dismissed, history, followees] = await Promise.all([
    users.privacySettingsOf(user),
    dismissedBy(user),
    behaviour.historyOf(user),
    socialGraph.followedBy(user),
  ]);
  return personalise ? { user, history, followees, dismissed } : { ...nothingKnown, dismissed };
}

/** Whether the user bought or rated it: there is nothing left to recommend. */
export function isSettled({ purchases, points }: InteractionDocument): boolean {
  return purchases > 0 || points !== null;
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

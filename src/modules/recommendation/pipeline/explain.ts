/** Last step: why. A reason names what speaks for the product: without it, the score would be lower. */
import type { InteractionDocument } from '../../behaviour/index.js';
import type { LoadedModel } from './loaded-model.js';
import type { Candidate, Reason, ReasonKind, RecommendedItem } from './recommendation.js';
import type { ModelledViewer } from './viewer-context.js';

const maxReasons = 2;
const maxFans = 3;

/** @param version that the candidates come from */
export function explain(candidates: readonly Candidate[], model: LoadedModel, viewer: ModelledViewer, version: string): RecommendedItem[] {
  const { ranker } = model;
  const causesOf = ranker.explain(viewer.profile);
  const likedByAlike = ranker.likedByAlike(viewer.profile);
  return candidates.map((candidate) => {
    const number = model.numberOf(candidate.product);
    const reasons =
      number === undefined
        ? [unnamed(true)]
        : (namedReasons(model, viewer, number, causesOf(number, maxReasons)) ?? [unnamed(likedByAlike(number))]);
    return { ...candidate, reasons, modelVersion: version };
  });
}

/** The user's own products and the followed people that speak for an item; null where there are none. */
function namedReasons(model: LoadedModel, { profile, seen }: ModelledViewer, item: number, causes: number[]): Reason[] | null {
  const reasons: Reason[] = causes.map((at) => {
    const cause = profile.items[at]!;
    return { kind: kindOf(seen.get(cause)), products: [model.productAt(cause)], users: [] };
  });
  const fans = model.ranker.followedFansOf(profile, item).slice(0, maxFans);
  if (fans.length > 0) reasons.push({ kind: 'FOLLOWED', products: [], users: fans.map((user) => model.userAt(user)) });
  return reasons.length > 0 ? reasons : null;
}

/** Why a product is recommended where no product and nobody can be named. */
function unnamed(likedByAlike: boolean): Reason {
  return { kind: likedByAlike ? 'TASTE' : 'POPULAR', products: [], users: [] };
}

/** What the user did with the product that speaks for another one. */
export function kindOf(interaction: InteractionDocument | undefined): ReasonKind {
  if (!interaction) return 'ALIKE';
  if (interaction.purchases > 0) return 'BOUGHT';
  return interaction.points === null ? 'VIEWED' : 'REVIEWED';
}

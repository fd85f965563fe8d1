/**
 * What reviews are filtered by, as one small number: lists with any of the filters read a few ranges of one index,
 * where documents would otherwise be read until enough of them match.
 */
import type { ReviewDocument } from './review.model.js';

interface Traits {
  /** 1 to 5. */
  stars: number;
  verified: boolean;
  withImages: boolean;
}

const allStars = [1, 2, 3, 4, 5];
const either = [false, true];

export function traitsOf({ stars, verifiedPurchase, imageUrls, images }: TraitSource): number {
  return encode({ stars, verified: verifiedPurchase, withImages: imageUrls.length > 0 || (images ?? []).length > 0 });
}

export type TraitSource = Pick<ReviewDocument, 'stars' | 'verifiedPurchase' | 'imageUrls' | 'images'>;

/** The traits of all reviews that meet the conditions; what is left out may be either. */
export function matchingTraits({ stars, verified, withImages }: { [Trait in keyof Traits]?: Traits[Trait] | null }): number[] {
  return wanted(stars, allStars).flatMap((star) =>
    wanted(verified, either).flatMap((isVerified) =>
      wanted(withImages, either).map((hasImages) => encode({ stars: star, verified: isVerified, withImages: hasImages })),
    ),
  );
}

function wanted<Value>(value: Value | null | undefined, all: readonly Value[]): readonly Value[] {
  return value === null || value === undefined ? all : [value];
}

function encode({ stars, verified, withImages }: Traits): number {
  return stars * 4 + Number(verified) * 2 + Number(withImages);
}

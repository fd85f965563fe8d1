import type { Types } from 'mongoose';
import type { LoaderDefinition } from '../../relay/context.js';
import { byId } from '../../store/loaders.js';
import type { ReferralDocument, ReferralModels } from './referral.model.js';

export interface ReferralLoaders {
  referralById: LoaderDefinition<Types.ObjectId, ReferralDocument>;
}

export function referralLoaders({ referrals }: ReferralModels): ReferralLoaders {
  return { referralById: byId<ReferralDocument>(referrals) };
}

/** Referrals of another shop or data set, in bulk; nobody is told. */
import { insertMissing } from '../../store/bulk.js';
import { ReferralModel, type ReferralDocument } from './referral.model.js';

/** @returns how many were new */
export function importReferrals(referrals: ReferralDocument[]): Promise<number> {
  return insertMissing(ReferralModel, referrals);
}

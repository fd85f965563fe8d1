export { importReferrals } from './referral.bulk.js';
export { ReferralResolver, ViewerReferralsResolver } from './referral.resolver.js';

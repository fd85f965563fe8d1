export { ReferralResolver, ViewerReferralsResolver } from './referral.resolver.js';

export { PrivacyResolver } from './privacy.resolver.js';

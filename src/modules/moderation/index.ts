export { AuditEntryResolver, ModerationDecisionResolver, ModerationResolver, ViewerModerationResolver } from './moderation.resolver.js';

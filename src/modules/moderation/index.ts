export { AuditEntryResolver, ModerationResolver } from './moderation.resolver.js';

/** Lists of cases, reports and decisions. */
import type { Types } from 'mongoose';
import type { ListDefinition } from '../../relay/connection.js';

export function openCases(): ListDefinition {
  return {
    name: 'moderationQueue',
    filter: { open: true },
    order: [
      ['reports', -1],
      ['_id', 1],
    ],
  };
}

export function reportList(key: string): ListDefinition {
  return {
    name: 'reports',
    filter: { case: key },
    order: [
      ['at', -1],
      ['_id', 1],
    ],
  };
}

/** What was decided about a user and what they wrote. */
export function decisionsAbout(user: Types.ObjectId): ListDefinition {
  return { ...auditTrail(), name: 'moderationDecisions', filter: { user, action: { $nin: ['CREATE_API_KEY', 'REVOKE_API_KEY'] } } };
}

export function auditTrail(): ListDefinition {
  return {
    name: 'auditTrail',
    filter: {},
    order: [
      ['at', -1],
      ['_id', -1],
    ],
  };
}

/** What an API key may be allowed to do. A key does what its scopes say and what its owner may, and nothing else. */
import 'reflect-metadata';
import { Extensions } from 'type-graphql';
import type { Role } from './role.js';

interface ScopeRule {
  description: string;
  /** Who may give it to a key: holders of one of these roles. */
  roles: readonly Role[];
}

const seller: readonly Role[] = ['MERCHANT', 'ADMIN'];
const admin: readonly Role[] = ['ADMIN'];

export const scopes = {
  'catalog:read': { description: 'Reads archived products.', roles: seller },
  'catalog:write': { description: 'Creates, updates and archives products, and categories for administrators.', roles: seller },
  'orders:read': { description: 'Reads orders: a merchant’s own sales, every order for administrators.', roles: seller },
  'orders:write': {
    description: 'Creates orders and updates their status: a merchant’s own sales, every order for administrators.',
    roles: seller,
  },
  'users:read': { description: 'Reads external IDs of users.', roles: admin },
  'users:write': { description: 'Creates and updates users by their external IDs.', roles: admin },
  'customers:sign': { description: 'Signs tokens with which customers of the shop sign in.', roles: admin },
  'reviews:read': { description: 'Reads the feedback that buyers sent to the merchant.', roles: seller },
  'reviews:write': { description: 'Responds to reviews and feedback as the merchant.', roles: seller },
  'webhooks:manage': { description: 'Creates, updates and deletes webhooks, and reads their deliveries.', roles: seller },
} as const satisfies Record<string, ScopeRule>;

export type Scope = keyof typeof scopes;

export const scopeNames = Object.keys(scopes) as Scope[];

export function isScope(name: string): name is Scope {
  return Object.hasOwn(scopes, name);
}

export function mayGrant(scope: Scope, roles: readonly Role[]): boolean {
  return scopes[scope].roles.some((role) => roles.includes(role));
}

/** Opens a field to API keys that have one of the scopes. Fields that need an account are closed to them without it. */
export function AllowKeys(...allowed: readonly Scope[]): PropertyDecorator & MethodDecorator {
  return Extensions({ scopes: allowed });
}

/** The scopes of which an API key needs one for a field. */
export function scopesOf({ extensions }: { extensions: Readonly<Record<string, unknown>> }): readonly Scope[] {
  return (extensions['scopes'] as readonly Scope[] | undefined) ?? [];
}

import type { ApiKeyVerbs } from '../api-key/index.js';
import { describeModule, type Foundation } from '../module.js';
import type { UserVerbs } from '../user/index.js';
import { CustomerTokens, type CustomerTokenOptions } from './customer-tokens.js';
import { spentTokenModel } from './customer-token.model.js';
import { collections } from './customer.collections.js';
import { CustomerResolver } from './customer.resolver.js';

/** Customers of the shop beside Plaza, who sign in with its tokens. */
export function customerModule(
  { database, log }: Foundation,
  { apiKeys, users }: { apiKeys: ApiKeyVerbs; users: UserVerbs },
  options: CustomerTokenOptions,
) {
  const tokens = new CustomerTokens(options, apiKeys, spentTokenModel(database), log);
  return describeModule({ name: 'customer', collections, resolvers: [new CustomerResolver(tokens, users)], verbs: {} });
}

import { Arg, Ctx, Field, InputType, Resolver } from 'type-graphql';
import { broken } from '../../errors.js';
import { Cost } from '../../relay/cost.js';
import type { RequestContext } from '../../relay/context.js';
import { Mutation } from '../../relay/output.js';
import { payload } from '../../relay/payload.js';
import { keptInCookie, SessionPayload, type UserVerbs } from '../user/index.js';
import type { CustomerTokens } from './customer-tokens.js';

@InputType({ description: 'A token that identifies a customer of the shop.' })
export class ExchangeCustomerTokenInput {
  @Field(() => String, {
    description:
      'JWT signed by the shop’s backend, with `sub` (the customer’s ID), `source`, `aud`, `jti` and an `exp` up to 10 minutes away; `email`, `email_verified`, `name` and `locale` are optional. Works once.',
  })
  token!: string;
}

@Resolver()
export class CustomerResolver {
  constructor(
    private readonly tokens: CustomerTokens,
    private readonly users: UserVerbs,
  ) {}

  @Cost({ weight: 20 })
  @Mutation(() => SessionPayload, {
    description:
      'Signs in a customer of the shop with a token from its backend, and opens a session. A new customer gets an account. An existing account with the same email address is linked only if both sides have confirmed the address.',
  })
  exchangeCustomerToken(
    @Arg('input', () => ExchangeCustomerTokenInput, { description: 'The token to exchange.' }) { token }: ExchangeCustomerTokenInput,
    @Ctx() context: RequestContext,
  ) {
    return payload(async () => {
      const customer = await this.users.customerAccount(await this.tokens.spend(token));
      if (customer.bannedAt) throw broken('SUSPENDED', 'This account is suspended.', 'token');
      return keptInCookie(context, await this.users.open(customer, context.userAgent));
    });
  }
}

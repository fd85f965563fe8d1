import { Arg, Authorized, Ctx, Field, InputType, Resolver } from 'type-graphql';
import { withFlaws } from '../../input/flaws.js';
import { Cost } from '../../relay/cost.js';
import type { RequestContext } from '../../relay/context.js';
import { field, Mutation, payloadType } from '../../relay/output.js';
import { ChecksInput } from '../../relay/input-checks.js';
import { payload } from '../../relay/payload.js';
import { AllowKeys } from '../../relay/scopes.js';
import { ItemsOf, named, UpsertItem, upsertResultType } from '../../relay/upsert.js';
import { checkUsers, type UserUpserts } from './user-upsert.js';
import { User } from './user.type.js';

@InputType({ description: 'A customer by their ID in another system. Fields that are left out stay as they are.' })
export class UserUpsertInput extends UpsertItem {
  @Field(() => String, {
    nullable: true,
    description:
      'Display name, up to 100 characters. Defaults to “Customer” for a new customer. A name that the user has changed in this shop stays.',
  })
  name?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Email address of the customer. It is private, and can’t be used to sign in because it is not confirmed. Null removes it.',
  })
  email?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Language of emails to the customer, as a BCP 47 tag such as de or en-GB. Emails are available in English, Chinese, German and Spanish.',
  })
  language?: string | null;
}

@InputType({ description: 'Customers to create or update.' })
export class UpsertUsersInput {
  @Field(() => String, { description: 'The system that the external IDs belong to, such as shopify, up to 100 characters.' })
  source!: string;

  @Field(() => [UserUpsertInput], { description: 'The customers, up to 500, each once.' })
  users!: UserUpsertInput[];
}

export const UserUpsertResult = upsertResultType('UserUpsertResult', 'user', () => User);

export const UpsertUsersPayload = payloadType('UpsertUsersPayload', 'Result of creating and updating customers.', {
  results: field(
    () => [UserUpsertResult],
    'A result for each customer, up to 500, in the same order. Null if the request as a whole broke a rule.',
  ),
});

@Resolver()
export class UserUpsertResolver {
  constructor(private readonly users: UserUpserts) {}

  @AllowKeys('users:write')
  @Authorized('ADMIN')
  @ItemsOf('users')
  @Cost({ perItem: { argument: 'input.users', weight: 1 } })
  @ChecksInput(({ source, users }: UpsertUsersInput) => checkUsers(source, users))
  @Mutation(() => UpsertUsersPayload, {
    description:
      'Creates and updates customers by their IDs in another system. They have no password: they sign in with `exchangeCustomerToken`. The other customers are written even if some are invalid. Requires the role `ADMIN`.',
  })
  upsertUsers(
    @Arg('input', () => UpsertUsersInput, { description: 'The customers to write.' }) { source, users }: UpsertUsersInput,
    @Ctx() context: RequestContext,
  ) {
    return payload(async () => ({ results: named('user', await this.users.upsertUsers(source, withFlaws(context, users))) }));
  }
}

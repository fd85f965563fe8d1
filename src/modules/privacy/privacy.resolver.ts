import { GraphQLJSONObject } from 'graphql-scalars';
import { Arg, Authorized, Ctx, Resolver } from 'type-graphql';
import { broken } from '../../errors.js';
import { Cost } from '../../relay/cost.js';
import type { RequestContext } from '../../relay/context.js';
import { Mutation, Query } from '../../relay/output.js';
import { payload } from '../../relay/payload.js';
import type { PrivacyService } from './privacy.service.js';
import { EraseMeInput, EraseMePayload } from './privacy.type.js';

@Resolver()
export class PrivacyResolver {
  constructor(private readonly privacy: PrivacyService) {}

  @Authorized()
  @Cost({ weight: 1000 })
  @Query(() => GraphQLJSONObject, { description: 'Everything that the shop holds on one, by kind.' })
  exportMyData(@Ctx() context: RequestContext): Promise<object> {
    return this.privacy.exportOf(context.requireSignedIn().userId);
  }

  @Authorized()
  @Cost({ weight: 100 })
  @Mutation(() => EraseMePayload, {
    description:
      'Erases one’s account for good. Personal data goes; what one wrote for others stays without its author; recommendations forget one at the next training.',
  })
  eraseMe(
    @Arg('input', () => EraseMeInput, { description: 'The confirmation.' }) { password, confirm }: EraseMeInput,
    @Ctx() context: RequestContext,
  ) {
    return payload(async () => {
      if (!confirm) throw broken('REQUIRED', 'Confirm that you want to be erased.', 'confirm');
      await this.privacy.erase(context.requireSignedIn().userId, password);
      return { erased: true };
    });
  }
}

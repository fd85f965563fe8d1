import { GraphQLJSONObject } from 'graphql-scalars';
import { Arg, Authorized, Ctx, Resolver } from 'type-graphql';
import { broken } from '../../errors.js';
import { Cost } from '../../relay/cost.js';
import type { RequestContext } from '../../relay/context.js';
import { Mutation, Query } from '../../relay/output.js';
import { payload } from '../../relay/payload.js';
import type { PrivacyService } from './privacy.service.js';
import { EraseMeInput, EraseMePayload } from './privacy.type.js';
import type { AccessLogVerbs } from '../access-log/index.js';

@Resolver()
export class PrivacyResolver {
  constructor(
    private readonly privacy: PrivacyService,
    private readonly accessLog: AccessLogVerbs,
  ) {}

  @Authorized()
  @Cost({ weight: 5000 })
  @Query(() => GraphQLJSONObject, { description: 'Everything that the shop holds on one, by kind.' })
  async exportMyData(@Ctx() context: RequestContext): Promise<object> {
    const { userId } = context.requireSignedIn();
    const exported = await this.privacy.exportOf(userId);
    await this.accessLog.noteAccess(context, 'EXPORT', userId);
    return exported;
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

import { GraphQLJSONObject } from 'graphql-scalars';
import { Arg, Authorized, Ctx, Resolver } from 'type-graphql';
import { broken } from '../../errors.js';
import { Cost } from '../../relay/cost.js';
import type { RequestContext } from '../../relay/context.js';
import { Mutation, Query } from '../../relay/output.js';
import { ChecksInput } from '../../relay/input-checks.js';
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
  @Query(() => GraphQLJSONObject, { description: 'All personal data the shop stores about the viewer, grouped by kind.' })
  async exportMyData(@Ctx() context: RequestContext): Promise<object> {
    const { userId } = context.requireSignedIn();
    const exported = await this.privacy.exportOf(userId);
    await this.accessLog.noteAccess(context, 'EXPORT', userId);
    return exported;
  }

  @Authorized()
  @Cost({ weight: 100 })
  @ChecksInput(({ confirm }: EraseMeInput) => checkConfirmed(confirm))
  @Mutation(() => EraseMePayload, {
    description:
      'Permanently deletes the viewer’s account. Personal data is removed, contributions are kept anonymously, and recommendation models drop the data at the next training.',
  })
  eraseMe(
    @Arg('input', () => EraseMeInput, { description: 'Confirmation by the viewer.' }) { password, confirm }: EraseMeInput,
    @Ctx() context: RequestContext,
  ) {
    return payload(async () => {
      checkConfirmed(confirm);
      await this.privacy.erase(context.requireSignedIn().userId, password);
      return { erased: true };
    });
  }
}

function checkConfirmed(confirmed: boolean): void {
  if (!confirmed) throw broken('REQUIRED', 'Confirm that you want to delete your account.', 'confirm');
}

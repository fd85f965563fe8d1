import { Arg, Ctx, Resolver } from 'type-graphql';
import { broken } from '../../errors.js';
import type { RequestContext } from '../../relay/context.js';
import { FieldResolver, Mutation } from '../../relay/output.js';
import { payload } from '../../relay/payload.js';
import { Viewer } from '../user/index.js';
import type { ConsentService, Decision, Subject } from './consent.service.js';
import { Consent, UpdateConsentInput, UpdateConsentPayload } from './consent.type.js';
import { isVisitorId, visitorIdNeeded } from './tracking.service.js';

@Resolver(() => Viewer)
export class ConsentResolver {
  constructor(private readonly consents: ConsentService) {}

  @FieldResolver(() => Consent, {
    nullable: true,
    description: 'What the viewer agreed to. Null for anonymous visitors without a valid `visitorId`.',
  })
  async consent(
    @Ctx() context: RequestContext,
    @Arg('visitorId', () => String, {
      nullable: true,
      description: 'An anonymous visitor’s ID, as in `trackEvents`. Ignored when signed in.',
    })
    visitorId?: string | null,
  ): Promise<Decision | null> {
    const subject = subjectOf(context, visitorId);
    return subject && this.consents.decisionOf(subject);
  }

  @Mutation(() => UpdateConsentPayload, {
    description: 'Records what the viewer agrees to, with the time and the version of the wording. Takes effect immediately.',
  })
  updateConsent(
    @Arg('input', () => UpdateConsentInput, { description: 'The viewer’s choices.' })
    { visitorId, wordingVersion, ...choices }: UpdateConsentInput,
    @Ctx() context: RequestContext,
  ) {
    return payload(async () => {
      const subject = subjectOf(context, visitorId);
      if (!subject) throw broken('REQUIRED', visitorIdNeeded, 'visitorId');
      return { consent: await this.consents.decide(subject, choices, wordingVersion) };
    });
  }
}

function subjectOf({ signedIn }: RequestContext, visitorId: string | null | undefined): Subject | null {
  if (signedIn) return { user: signedIn.userId };
  return isVisitorId(visitorId) ? { visitor: visitorId } : null;
}

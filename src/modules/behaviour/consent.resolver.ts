import { Arg, Ctx, Resolver } from 'type-graphql';
import type { InputRules } from '../../input/rules.js';
import type { RequestContext } from '../../relay/context.js';
import { FieldResolver, Mutation } from '../../relay/output.js';
import { ChecksInput } from '../../relay/input-checks.js';
import { payload } from '../../relay/payload.js';
import { Viewer } from '../user/index.js';
import { wordingRules, type ConsentService, type Decision, type OwnDecision, type Subject } from './consent.service.js';
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
  ): Promise<OwnDecision | null> {
    const subject = subjectOf(context, visitorId);
    return subject && owned(subject, await this.consents.decisionOf(subject));
  }

  @ChecksInput((input: UpdateConsentInput, context) => consentRules(input, context).check())
  @Mutation(() => UpdateConsentPayload, {
    description: 'Records what the viewer agrees to, with the time and the version of the wording. Takes effect immediately.',
  })
  updateConsent(
    @Arg('input', () => UpdateConsentInput, { description: 'The viewer’s choices.' })
    input: UpdateConsentInput,
    @Ctx() context: RequestContext,
  ) {
    return payload(async () => {
      consentRules(input, context).check();
      const { visitorId, wordingVersion, ...choices } = input;
      const subject = subjectOf(context, visitorId)!;
      return { consent: owned(subject, await this.consents.decide(subject, choices, wordingVersion)) };
    });
  }
}

function consentRules({ visitorId, wordingVersion }: UpdateConsentInput, context: RequestContext): InputRules {
  return wordingRules(wordingVersion).require(subjectOf(context, visitorId) !== null, 'REQUIRED', visitorIdNeeded, 'visitorId');
}

const visitors = 'visitor:';

function owned(subject: Subject, decision: Decision): OwnDecision {
  return { ...decision, _id: 'user' in subject ? subject.user.toHexString() : `${visitors}${subject.visitor}` };
}

/** @returns null where the key is somebody else's */
export async function findConsent(consents: ConsentService, key: string, context: RequestContext): Promise<OwnDecision | null> {
  const subject = subjectOf(context, key.startsWith(visitors) ? key.slice(visitors.length) : null);
  if (!subject) return null;
  const found = owned(subject, await consents.decisionOf(subject));
  return found._id === key ? found : null;
}

function subjectOf({ signedIn }: RequestContext, visitorId: string | null | undefined): Subject | null {
  if (signedIn) return { user: signedIn.userId };
  return isVisitorId(visitorId) ? { visitor: visitorId } : null;
}

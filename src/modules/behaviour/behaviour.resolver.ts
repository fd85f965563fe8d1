import { Arg, Ctx, Resolver } from 'type-graphql';
import { Cost } from '../../relay/cost.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf } from '../../relay/global-id.js';
import { Mutation } from '../../relay/output.js';
import { ChecksInput } from '../../relay/input-checks.js';
import { payload } from '../../relay/payload.js';
import { TrackEventsInput, TrackEventsPayload } from './behaviour.type.js';
import type { ImpressionIds } from './impression-ids.js';
import { eventRules, type TrackingService } from './tracking.service.js';

@Resolver()
export class BehaviourResolver {
  constructor(
    private readonly tracking: TrackingService,
    private readonly impressionIds: ImpressionIds,
  ) {}

  @Cost({ perItem: { argument: 'input.events', weight: 1 }, changes: 'input.events' })
  @ChecksInput(({ events, visitorId }: TrackEventsInput, { signedIn }) =>
    eventRules(
      signedIn !== null,
      visitorId,
      events.map(({ productId, impressionId, ...event }) => ({ ...event, product: productId, impression: impressionId })),
    ).check(),
  )
  @Mutation(() => TrackEventsPayload, {
    description: 'Records views, clicks and add-to-carts for recommendations to learn from, and which recommendations were in view.',
  })
  trackEvents(
    @Arg('input', () => TrackEventsInput, { description: 'The events to record.' }) { events, visitorId }: TrackEventsInput,
    @Ctx() context: RequestContext,
  ) {
    const tracked = events.map(({ productId, impressionId, ...event }, index) => {
      const argument = `input.events.${index}`;
      const impression = impressionId ? this.impressionIds.read(impressionId, `${argument}.impressionId`) : null;
      const product = productId ? idOf('Product', productId, `${argument}.productId`) : (impression?.product ?? null);
      return { ...event, product, impression };
    });
    return payload(() => this.tracking.trackEvents(context.signedIn?.userId ?? null, visitorId ?? null, tracked));
  }
}

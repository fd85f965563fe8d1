import { Arg, Ctx, Resolver } from 'type-graphql';
import { Cost } from '../../relay/cost.js';
import type { RequestContext } from '../../relay/context.js';
import { idOf } from '../../relay/global-id.js';
import { Mutation } from '../../relay/output.js';
import { payload } from '../../relay/payload.js';
import { TrackEventsInput, TrackEventsPayload } from './behaviour.type.js';
import type { TrackingService } from './tracking.service.js';

@Resolver()
export class BehaviourResolver {
  constructor(private readonly tracking: TrackingService) {}

  @Cost({ perItem: { argument: 'input.events', weight: 1 }, changes: 'input.events' })
  @Mutation(() => TrackEventsPayload, { description: 'Records views, clicks and add-to-carts for recommendations to learn from.' })
  trackEvents(
    @Arg('input', () => TrackEventsInput, { description: 'The events to record.' }) { events, visitorId }: TrackEventsInput,
    @Ctx() context: RequestContext,
  ) {
    const tracked = events.map(({ productId, ...event }, index) => ({
      ...event,
      product: idOf('Product', productId, `input.events.${index}.productId`),
    }));
    return payload(() => this.tracking.trackEvents(context.signedIn?.userId ?? null, visitorId ?? null, tracked));
  }
}

import { Arg, Authorized, Ctx, Resolver } from 'type-graphql';
import type { RequestContext } from '../../relay/context.js';
import { FieldResolver, Mutation } from '../../relay/output.js';
import { ChecksInput } from '../../relay/input-checks.js';
import { payload } from '../../relay/payload.js';
import { Viewer, viewerOf } from '../user/index.js';
import type { PushDeviceDocument } from './notification.model.js';
import {
  PushDevice,
  SubscribeToPushInput,
  SubscribeToPushPayload,
  UnsubscribeFromPushInput,
  UnsubscribeFromPushPayload,
} from './notification.type.js';
import type { PushDevices } from './push-devices.js';

@Resolver()
export class PushResolver {
  constructor(private readonly devices: PushDevices) {}

  @Authorized()
  @ChecksInput((input: SubscribeToPushInput, _, { devices }: PushResolver) => devices.check(input))
  @Mutation(() => SubscribeToPushPayload, {
    description:
      'Sends the viewer’s notifications to a browser, as Web Push messages. The same endpoint again renews it. A browser receives the notifications of the user who subscribed it last.',
  })
  subscribeToPush(
    @Arg('input', () => SubscribeToPushInput, { description: 'The browser’s subscription.' }) { endpoint, keys }: SubscribeToPushInput,
    @Ctx() context: RequestContext,
  ) {
    return payload(async () => {
      const facts = { name: context.userAgent, language: context.language };
      const device = await this.devices.subscribe(context.requireSignedIn(), { endpoint, keys }, facts);
      return { device, viewer: viewerOf(context) };
    });
  }

  @Authorized()
  @Mutation(() => UnsubscribeFromPushPayload, { description: 'Stops sending the viewer’s notifications to a browser.' })
  unsubscribeFromPush(
    @Arg('input', () => UnsubscribeFromPushInput, { description: 'The browser that gets no more messages.' })
    { endpoint }: UnsubscribeFromPushInput,
    @Ctx() context: RequestContext,
  ) {
    return payload(async () => ({
      unsubscribed: await this.devices.unsubscribe(context.requireSignedIn().userId, endpoint),
      viewer: viewerOf(context),
    }));
  }
}

@Resolver(() => Viewer)
export class ViewerPushResolver {
  constructor(
    private readonly devices: PushDevices,
    private readonly publicKey: string | null,
  ) {}

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Key to subscribe a browser with, as `applicationServerKey` of `pushManager.subscribe`, base64url. Null if the shop sends no push messages.',
  })
  pushKey(): string | null {
    return this.publicKey;
  }

  @Authorized()
  @FieldResolver(() => [PushDevice], {
    nullable: true,
    description: 'Browsers that receive the viewer’s notifications, up to 10, newest first.',
  })
  pushDevices(@Ctx() context: RequestContext): Promise<PushDeviceDocument[]> {
    return this.devices.devicesOf(context.requireSignedIn().userId);
  }
}

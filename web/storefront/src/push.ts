/** Notifications on this device: the browser's subscription, and the shop's knowledge of it. */
import { graphql } from './gql';
import { apollo, plaza } from './shop';
import { stored } from './storage';

const Subscribe = graphql(`
  mutation SubscribeToPush($input: SubscribeToPushInput!) {
    subscribeToPush(input: $input) {
      viewer {
        id
        pushDevices {
          endpoint
          name
          createdAt
        }
      }
      userErrors {
        field
        message
      }
    }
  }
`);

const Unsubscribe = graphql(`
  mutation UnsubscribeFromPush($input: UnsubscribeFromPushInput!) {
    unsubscribeFromPush(input: $input) {
      viewer {
        id
        pushDevices {
          endpoint
          name
          createdAt
        }
      }
      userErrors {
        field
        message
      }
    }
  }
`);

/** The endpoint that the shop knows of this browser; null where it gets no messages. */
export const pushEndpoint = stored<string | null>('plaza.push', null);

export const canPush = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

/** Why a device gets no messages, as a key of the shop's texts. */
export type PushProblem = 'pushDenied' | 'failed';

/** Asks for permission where it was not given yet. */
export async function startPush(key: string): Promise<PushProblem | null> {
  if ((await Notification.requestPermission()) !== 'granted') return 'pushDenied';
  try {
    const { pushManager } = await navigator.serviceWorker.ready;
    const wanted = { userVisibleOnly: true, applicationServerKey: key };
    const subscription = await pushManager.subscribe(wanted).catch(async () => {
      // The browser has a subscription for an earlier key of the shop.
      await (await pushManager.getSubscription())?.unsubscribe();
      return pushManager.subscribe(wanted);
    });
    const { endpoint = '', keys = {} } = subscription.toJSON();
    const input = { endpoint, keys: { p256dh: keys['p256dh'] ?? '', auth: keys['auth'] ?? '' } };
    const { data } = await apollo.mutate({ mutation: Subscribe, variables: { input } });
    if (data?.subscribeToPush?.userErrors.length !== 0) return 'failed';
    pushEndpoint.set(endpoint);
    return null;
  } catch {
    return 'failed';
  }
}

export async function stopPush(endpoint: string): Promise<void> {
  await apollo.mutate({ mutation: Unsubscribe, variables: { input: { endpoint } } });
  if (endpoint === pushEndpoint.get()) await forgetPush();
}

/** The shop stops sending by itself when a session ends. */
async function forgetPush(): Promise<void> {
  pushEndpoint.set(null);
  const registration = await navigator.serviceWorker?.getRegistration();
  await (await registration?.pushManager?.getSubscription())?.unsubscribe();
}

/** Browsers change their address now and then: the shop is told when a page is opened. */
export async function renewPush(key: string | null | undefined): Promise<void> {
  if (!canPush || !key || !pushEndpoint.get() || Notification.permission !== 'granted') return;
  const { pushManager } = await navigator.serviceWorker.ready;
  const subscription = await pushManager.getSubscription();
  if (subscription?.endpoint !== pushEndpoint.get()) await startPush(key);
}

plaza.session.onChange(() => {
  if (!plaza.session.signedIn && pushEndpoint.get()) void forgetPush().catch(() => {});
});

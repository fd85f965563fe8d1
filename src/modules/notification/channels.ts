/** Where a user hears of what: in the shop, on their devices, by mail. Each kind is on everywhere until it is switched off. */
import type { NotificationKindName, NotificationPreferencesDocument } from './notification.model.js';

export interface Channels {
  /** In the shop. */
  enabled: boolean;
  push: boolean;
  email: boolean;
}

type Muted = Pick<NotificationPreferencesDocument, 'muted' | 'mutedPush' | 'mutedEmail'>;

/** The field of each channel that names the kinds which are off there. */
export const mutedField = { enabled: 'muted', push: 'mutedPush', email: 'mutedEmail' } as const satisfies Record<
  keyof Channels,
  keyof Muted
>;

export const channelNames = Object.keys(mutedField) as (keyof Channels)[];

/** @param preferences null where the user has decided nothing; older ones name no kinds for some channels */
export function channelsOf(preferences: Partial<Muted> | null, kind: NotificationKindName): Channels {
  const isOn = (channel: keyof Channels): boolean => !preferences?.[mutedField[channel]]?.includes(kind);
  return { enabled: isOn('enabled'), push: isOn('push'), email: isOn('email') };
}

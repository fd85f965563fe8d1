/** Which notifications the viewer gets where: in the shop, on their devices, by mail. */
import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { say, useAction } from '../../components/parts';
import { graphql } from '../../gql';
import type { EmailDigest, NotificationKind, UpdateNotificationPreferencesInput } from '../../gql/graphql';
import { useI18n } from '../../i18n';
import { canPush, pushEndpoint, startPush, stopPush } from '../../push';
import { useStored } from '../../storage';
import type { SettingsViewer } from '../Settings';

const UpdatePreferences = graphql(`
  mutation UpdatePreferences($input: UpdateNotificationPreferencesInput!) {
    updateNotificationPreferences(input: $input) {
      viewer {
        id
        emailDigest
        notificationPreferences {
          kind
          enabled
          push
          email
        }
      }
      userErrors {
        field
        message
      }
    }
  }
`);

const digests = { HOURLY: 'digestHourly', DAILY: 'digestDaily', NEVER: 'digestNever' } as const;
const channels = { enabled: 'inShop', push: 'onDevices', email: 'byEmail' } as const;
type Channel = keyof typeof channels;

/** Kinds that are for those who sell alone. */
const forMerchants: ReadonlySet<NotificationKind> = new Set<NotificationKind>(['QUESTION_ASKED', 'FEEDBACK_RECEIVED', 'WEBHOOK_DISABLED']);

export function NotificationSettings({ viewer }: { viewer: SettingsViewer }) {
  const { t } = useI18n();
  const [update] = useMutation(UpdatePreferences);
  const act = useAction();
  const change = (input: UpdateNotificationPreferencesInput): void =>
    void act(async () => (await update({ variables: { input } })).data?.updateNotificationPreferences);
  return (
    <section className="panel stack" aria-labelledby="notify-title">
      <h2 id="notify-title">{t('notifyMe')}</h2>
      <label className="field">
        <span>{t('emailDigest')}</span>
        <select
          className="input"
          value={viewer.emailDigest ?? 'NEVER'}
          onChange={({ target }) => change({ emailDigest: target.value as EmailDigest })}
        >
          {Object.entries(digests).map(([digest, label]) => (
            <option key={digest} value={digest}>
              {t(label)}
            </option>
          ))}
        </select>
      </label>
      <PushSettings viewer={viewer} />
      <Kinds viewer={viewer} onChange={(kind, channel, on) => change({ preferences: [{ kind, [channel]: on }] })} />
    </section>
  );
}

/** What this device gets, and which others do. */
function PushSettings({ viewer: { pushKey, pushDevices } }: { viewer: SettingsViewer }) {
  const { t, ago } = useI18n();
  const [own] = useStored(pushEndpoint);
  const [busy, setBusy] = useState(false);
  if (!pushKey || !canPush) return null;
  const isOn = pushDevices?.some(({ endpoint }) => endpoint === own) ?? false;
  const run = async (work: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    const problem = await work().catch(() => 'failed' as const);
    if (problem === 'failed' || problem === 'pushDenied') say(t(problem));
    setBusy(false);
  };
  const others = pushDevices?.filter(({ endpoint }) => endpoint !== own) ?? [];
  return (
    <>
      <p>
        <button
          className={isOn ? 'button' : 'button main'}
          disabled={busy}
          onClick={() => void run(() => (isOn && own ? stopPush(own) : startPush(pushKey)))}
        >
          {t(isOn ? 'pushStop' : 'pushStart')}
        </button>
      </p>
      {others.length > 0 && (
        <ul className="stack tight" aria-label={t('onDevices')}>
          {others.map(({ endpoint, name, createdAt }) => (
            <li key={endpoint} className="row between small">
              <span style={{ flex: '1 1 12rem' }}>
                {name ?? '—'} <span className="soft">{ago(createdAt)}</span>
              </span>
              <button className="link" disabled={busy} onClick={() => void run(() => stopPush(endpoint))}>
                {t('pushStop')}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

interface KindsProps {
  viewer: SettingsViewer;
  onChange: (kind: NotificationKind, channel: Channel, on: boolean) => void;
}

function Kinds({ viewer, onChange }: KindsProps) {
  const { t } = useI18n();
  const sells = viewer.user?.roles.includes('MERCHANT') ?? false;
  const shown = viewer.notificationPreferences?.filter(({ kind }) => sells || !forMerchants.has(kind)) ?? [];
  return (
    <table className="channels">
      <thead>
        <tr>
          <td />
          {Object.entries(channels).map(([channel, label]) => (
            <th key={channel} scope="col" className="small soft">
              {t(label)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {shown.map((preference) => (
          <tr key={preference.kind}>
            <th scope="row">{t(preference.kind, { name: '…', subject: '…' })}</th>
            {(Object.keys(channels) as Channel[]).map((channel) => (
              <td key={channel}>
                <input
                  type="checkbox"
                  aria-label={`${t(preference.kind, { name: '…', subject: '…' })}: ${t(channels[channel])}`}
                  checked={preference[channel]}
                  onChange={({ target }) => onChange(preference.kind, channel, target.checked)}
                />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

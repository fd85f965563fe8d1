import { useApolloClient, useMutation, useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { agree } from '../components/Layout';
import { NeedsViewer } from '../components/NeedsViewer';
import { Avatar, Failed, Field, Loading, say, useAction, useErrors, textOf } from '../components/parts';
import { graphql } from '../gql';
import type { SettingsQuery } from '../gql/graphql';
import { useI18n } from '../i18n';
import { plaza } from '../shop';
import { uploadImage } from '../upload';
import { NotificationSettings } from './settings/NotificationSettings';

const Query = graphql(`
  query Settings {
    viewer {
      id
      email
      consent {
        tracking
      }
      privacySettings {
        personalise
        suggestToOthers
      }
      emailDigest
      pushKey
      pushDevices {
        endpoint
        name
        createdAt
      }
      notificationPreferences {
        kind
        enabled
        push
        email
      }
      sessions(first: 20) {
        edges {
          node {
            id
            device
            isCurrent
            lastUsedAt
          }
        }
      }
      user {
        id
        name
        handle
        roles
        bio
        avatar {
          id
          url(width: 128, height: 128)
        }
      }
    }
  }
`);

const UpdateProfile = graphql(`
  mutation UpdateProfile($input: UpdateProfileInput!) {
    updateProfile(input: $input) {
      user {
        id
        name
        bio
        avatar {
          id
          url(width: 128, height: 128)
        }
      }
      userErrors {
        field
        message
      }
    }
  }
`);

const UpdatePrivacy = graphql(`
  mutation UpdatePrivacy($input: UpdatePrivacySettingsInput!) {
    updatePrivacySettings(input: $input) {
      privacySettings {
        personalise
        suggestToOthers
      }
      userErrors {
        field
        message
      }
    }
  }
`);

const Revoke = graphql(`
  mutation RevokeSession($id: ID!) {
    revokeSession(input: { sessionId: $id }) {
      revoked
      userErrors {
        field
        message
      }
    }
  }
`);

const Export = graphql(`
  query ExportMyData {
    exportMyData
  }
`);

const Erase = graphql(`
  mutation EraseMe($password: String!) {
    eraseMe(input: { confirm: true, password: $password }) {
      erased
      userErrors {
        field
        message
      }
    }
  }
`);

export type SettingsViewer = SettingsQuery['viewer'];
type Viewer = SettingsViewer;

export function Settings() {
  return (
    <NeedsViewer>
      <Page />
    </NeedsViewer>
  );
}

function Page() {
  const { t } = useI18n();
  const { data, error, refetch } = useQuery(Query);
  const viewer = data?.viewer;
  return (
    <div className="narrow stack loose">
      <title>{`${t('settings')} · Plaza`}</title>
      <h1>{t('settings')}</h1>
      {error && !viewer && <Failed onRetry={() => void refetch()} />}
      {!viewer && !error && <Loading />}
      {viewer?.user && (
        <>
          <ProfileForm user={viewer.user} />
          <Privacy viewer={viewer} onChanged={() => void refetch()} />
          <NotificationSettings viewer={viewer} />
          <Devices viewer={viewer} onChanged={() => void refetch()} />
          <Leave />
        </>
      )}
    </div>
  );
}

function ProfileForm({ user }: { user: NonNullable<Viewer['user']> }) {
  const { t } = useI18n();
  const [update, { loading }] = useMutation(UpdateProfile);
  const act = useAction();
  const { errors, check } = useErrors();
  const save = async (input: { name?: string; bio?: string; avatarId?: string }): Promise<void> => {
    if (await check(async () => (await update({ variables: { input } })).data?.updateProfile)) say(t('saved'));
  };
  const changePhoto = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    const answer = await act(() => uploadImage(file, 'AVATAR'));
    if (answer) await save({ avatarId: answer.imageId });
  };
  return (
    <section className="panel stack" aria-labelledby="profile-title">
      <h2 id="profile-title">{t('profile')}</h2>
      <div className="row">
        <Avatar user={user} size={64} />
        <label className="button">
          {t('photo')}
          <input
            className="visually-hidden"
            type="file"
            accept="image/jpeg,image/png,image/webp,image/avif"
            onChange={({ target }) => void changePhoto(target.files?.[0])}
          />
        </label>
      </div>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          void save({ name: textOf(form, 'name'), bio: textOf(form, 'bio') });
        }}
      >
        <Field label={t('nameLabel')} name="name" defaultValue={user.name} autoComplete="name" required error={errors['name']} />
        <Field label={t('bio')} name="bio" defaultValue={user.bio ?? ''} multiline error={errors['bio']} />
        {(errors[''] ?? errors['avatarId']) && (
          <p className="danger" role="alert">
            {errors[''] ?? errors['avatarId']}
          </p>
        )}
        <p>
          <button className="button main" disabled={loading}>
            {t('save')}
          </button>
        </p>
      </form>
    </section>
  );
}

function Toggle({ label, checked, onChange }: { label: string; checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <label className="toggle">
      <span>{label}</span>
      <input type="checkbox" role="switch" checked={checked} onChange={({ target }) => onChange(target.checked)} />
    </label>
  );
}

function Privacy({ viewer, onChanged }: { viewer: Viewer; onChanged: () => void }) {
  const { t } = useI18n();
  const [update] = useMutation(UpdatePrivacy);
  const [exporting, setExporting] = useState(false);
  const client = useApolloClient();
  const settings = viewer.privacySettings;
  const download = async (): Promise<void> => {
    setExporting(true);
    try {
      const { data } = await client.query({ query: Export, fetchPolicy: 'no-cache' });
      const url = URL.createObjectURL(new Blob([JSON.stringify(data?.exportMyData, null, 2)], { type: 'application/json' }));
      Object.assign(document.createElement('a'), { href: url, download: 'plaza-data.json' }).click();
      URL.revokeObjectURL(url);
    } catch {
      say(t('failed'));
    } finally {
      setExporting(false);
    }
  };
  const act = useAction();
  const change = async (input: { personalise?: boolean; suggestToOthers?: boolean }): Promise<void> => {
    if (await act(async () => (await update({ variables: { input } })).data?.updatePrivacySettings)) onChanged();
  };
  const track = async (on: boolean): Promise<void> => {
    if (await act(() => agree(on))) onChanged();
  };
  return (
    <section className="panel stack" aria-labelledby="privacy-title">
      <h2 id="privacy-title">{t('privacy')}</h2>
      <p className="soft">{t('privacyText')}</p>
      <div>
        <Toggle label={t('tracking')} checked={viewer.consent?.tracking ?? false} onChange={(on) => void track(on)} />
        <Toggle
          label={t('personalise')}
          checked={settings?.personalise ?? false}
          onChange={(personalise) => void change({ personalise })}
        />
        <Toggle
          label={t('suggest')}
          checked={settings?.suggestToOthers ?? false}
          onChange={(suggestToOthers) => void change({ suggestToOthers })}
        />
      </div>
      <p>
        <button className="button" disabled={exporting} onClick={() => void download()}>
          {t('exportData')}
        </button>
      </p>
    </section>
  );
}

function Devices({ viewer, onChanged }: { viewer: Viewer; onChanged: () => void }) {
  const { t, ago } = useI18n();
  const [revoke] = useMutation(Revoke);
  const act = useAction();
  const end = async (id: string): Promise<void> => {
    if (await act(async () => (await revoke({ variables: { id } })).data?.revokeSession)) onChanged();
  };
  return (
    <section className="panel stack" aria-labelledby="devices-title">
      <h2 id="devices-title">{t('devices')}</h2>
      <ul className="stack">
        {viewer.sessions?.edges.map(({ node: { id, device, isCurrent, lastUsedAt } }) => (
          <li key={id} className="row between">
            <span className="stack tight" style={{ flex: '1 1 12rem' }}>
              <span>{device ?? '—'}</span>
              <span className="small soft">{isCurrent ? t('thisDevice') : ago(lastUsedAt)}</span>
            </span>
            {!isCurrent && (
              <button className="link" onClick={() => void end(id)}>
                {t('signOut')}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Leave() {
  const { t } = useI18n();
  const [, go] = useLocation();
  const [erase, { loading }] = useMutation(Erase);
  const { errors, check } = useErrors();
  const submit = async (form: FormData): Promise<void> => {
    const variables = { password: textOf(form, 'password') };
    if (!(await check(async () => (await erase({ variables })).data?.eraseMe))) return;
    go('/');
    await plaza.session.signOut().catch(() => {});
  };
  return (
    <section className="panel stack" aria-labelledby="erase-title">
      <h2 id="erase-title">{t('erase')}</h2>
      <p className="soft">{t('eraseText')}</p>
      <form className="stack" onSubmit={(event) => (event.preventDefault(), void submit(new FormData(event.currentTarget)))}>
        <Field
          label={t('eraseConfirm')}
          name="password"
          type="password"
          autoComplete="current-password"
          required
          error={errors['password'] ?? errors['']}
        />
        <p>
          <button className="button danger" disabled={loading}>
            {t('erase')}
          </button>
        </p>
      </form>
    </section>
  );
}

import { useState, type FormEvent } from 'react';
import { useMutation, useQuery } from '@apollo/client/react';
import { withNextPage } from '../connection';
import { graphql } from '../gql';
import type { ApiKeysQuery } from '../gql/graphql';
import { useText } from '../i18n';
import { List, Problems, Secret, Time, useSending } from '../parts';
import { useViewerRoles } from '../viewer';

const keysQuery = graphql(`
  query ApiKeys($after: String) {
    apiKeys(first: 20, after: $after) {
      edges {
        node {
          id
          name
          prefix
          scopes
          createdAt
          expiresAt
          lastUsedAt
          revokedAt
          owner {
            id
            name
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const createMutation = graphql(`
  mutation CreateApiKey($input: CreateApiKeyInput!) {
    createApiKey(input: $input) {
      apiKey {
        id
      }
      secret
      customerTokenSecret
      userErrors {
        message
      }
    }
  }
`);

const revokeMutation = graphql(`
  mutation RevokeApiKey($input: RevokeApiKeyInput!) {
    revokeApiKey(input: $input) {
      apiKey {
        id
        revokedAt
      }
      userErrors {
        message
      }
    }
  }
`);

const scopes: { name: string; what: string; isForAdmins?: true }[] = [
  { name: 'catalog:read', what: 'Read archived products' },
  { name: 'catalog:write', what: 'Create, update and archive products' },
  { name: 'orders:read', what: 'Read orders' },
  { name: 'orders:write', what: 'Create orders and update their status' },
  { name: 'reviews:read', what: 'Read feedback of buyers' },
  { name: 'reviews:write', what: 'Respond to reviews and feedback' },
  { name: 'webhooks:manage', what: 'Manage webhooks' },
  { name: 'users:read', what: 'Read external IDs of users', isForAdmins: true },
  { name: 'users:write', what: 'Create and update users', isForAdmins: true },
  { name: 'customers:sign', what: 'Sign in customers of the shop', isForAdmins: true },
];

type ApiKey = ApiKeysQuery['apiKeys']['edges'][number]['node'];

export function ApiKeys() {
  const t = useText();
  const { data, loading, error, fetchMore, refetch } = useQuery(keysQuery);
  const more = (after: string | null) =>
    fetchMore({
      variables: { after },
      updateQuery: (before, { fetchMoreResult: next }) => ({
        apiKeys: withNextPage(before.apiKeys, next.apiKeys),
      }),
    });
  return (
    <>
      <h1>{t('API keys')}</h1>
      <NewKey onCreated={() => void refetch()} />
      <List connection={data?.apiKeys} loading={loading} error={error} empty={t('There are no API keys yet.')} more={more}>
        <ul className="cards">
          {data?.apiKeys.edges.map(({ node }) => (
            <li className="card" key={node.id}>
              <KeyCard apiKey={node} />
            </li>
          ))}
        </ul>
      </List>
    </>
  );
}

interface Secrets {
  secret: string | null;
  customerTokenSecret: string | null;
}

function NewKey({ onCreated }: { onCreated: () => void }) {
  const t = useText();
  const isAdmin = useViewerRoles().includes('ADMIN');
  const [create, { loading }] = useMutation(createMutation);
  const { problems, send } = useSending();
  const [secrets, setSecrets] = useState<Secrets | null>(null);
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = event.currentTarget;
    const values = new FormData(form);
    const until = values.get('expiresAt') as string;
    const input = {
      name: values.get('name') as string,
      scopes: values.getAll('scope') as string[],
      ...(until && { expiresAt: new Date(`${until}T23:59:59`).toISOString() }),
    };
    void send(async () => {
      const answer = (await create({ variables: { input } })).data?.createApiKey;
      if (!answer?.apiKey) return answer?.userErrors;
      setSecrets(answer);
      form.reset();
      onCreated();
      return answer.userErrors;
    });
  }
  return (
    <details className="card">
      <summary>{t('New API key')}</summary>
      <form className="fields" onSubmit={submit}>
        <label>
          {t('Name')}
          <input name="name" required maxLength={100} />
        </label>
        <label>
          {t('Expires (optional)')}
          <input name="expiresAt" type="date" />
        </label>
        <fieldset>
          <legend>{t('What it may do')}</legend>
          {scopes
            .filter(({ isForAdmins }) => isAdmin || !isForAdmins)
            .map(({ name, what }) => (
              <label key={name} className="check">
                <input type="checkbox" name="scope" value={name} /> {t(what)} <code className="muted">{name}</code>
              </label>
            ))}
        </fieldset>
        <p>
          <button type="submit" className="primary" disabled={loading}>
            {t('Create')}
          </button>
        </p>
        <Problems problems={problems} />
      </form>
      {secrets?.secret && <Secret label={t('API key')} value={secrets.secret} />}
      {secrets?.customerTokenSecret && <Secret label={t('Secret for customer tokens')} value={secrets.customerTokenSecret} />}
    </details>
  );
}

function KeyCard({ apiKey }: { apiKey: ApiKey }) {
  const t = useText();
  const [revoke, { loading }] = useMutation(revokeMutation);
  const { problems, send } = useSending();
  const { id: apiKeyId, name, prefix, owner, createdAt, expiresAt, lastUsedAt, revokedAt } = apiKey;
  const end = (): void => {
    if (!confirm(t('Revoke this key? Programs that use it stop working.'))) return;
    void send(async () => (await revoke({ variables: { input: { apiKeyId } } })).data?.revokeApiKey?.userErrors);
  };
  const times: [string, string | null][] = [
    ['Created', createdAt],
    ['Last used', lastUsedAt],
    ['Expires', expiresAt],
    ['Revoked', revokedAt],
  ];
  return (
    <article>
      <header>
        <strong>{name}</strong> <code className="muted">{prefix}…</code>
        {owner && <span className="muted">{owner.name}</span>}
        {revokedAt && <span className="tag">{t('Revoked')}</span>}
      </header>
      <p>
        {apiKey.scopes.map((scope) => (
          <span key={scope}>
            <code>{scope}</code>{' '}
          </span>
        ))}
      </p>
      <p className="muted">
        {times.map(
          ([label, at]) =>
            at && (
              <span key={label} className="fact">
                {t(label)}: <Time at={at} />{' '}
              </span>
            ),
        )}
      </p>
      {!revokedAt && (
        <button type="button" disabled={loading} onClick={end}>
          {t('Revoke')}
        </button>
      )}
      <Problems problems={problems} />
    </article>
  );
}

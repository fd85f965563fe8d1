import { useState, type FormEvent } from 'react';
import { useMutation, useQuery } from '@apollo/client/react';
import { withNextPage } from '../connection';
import { graphql } from '../gql';
import type { WebhookDeliveriesQuery, WebhookEvent, WebhooksQuery } from '../gql/graphql';
import { useText } from '../i18n';
import { List, Problems, Secret, Table, Time, useSending } from '../parts';

const webhooksQuery = graphql(`
  query Webhooks($after: String) {
    webhooks(first: 20, after: $after) {
      edges {
        node {
          id
          url
          events
          enabled
          disabledReason
          failingSince
          createdAt
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const deliveriesQuery = graphql(`
  query WebhookDeliveries($webhookId: ID!, $after: String) {
    webhookDeliveries(webhookId: $webhookId, first: 20, after: $after) {
      edges {
        node {
          id
          messageId
          event
          status
          attemptCount
          responseStatus
          error
          occurredAt
          nextAttemptAt
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
  mutation CreateWebhook($input: CreateWebhookInput!) {
    createWebhook(input: $input) {
      webhook {
        id
      }
      secret
      userErrors {
        message
      }
    }
  }
`);

const updateMutation = graphql(`
  mutation UpdateWebhook($input: UpdateWebhookInput!) {
    updateWebhook(input: $input) {
      webhook {
        id
        enabled
        disabledReason
        failingSince
      }
      userErrors {
        message
      }
    }
  }
`);

const deleteMutation = graphql(`
  mutation DeleteWebhook($input: DeleteWebhookInput!) {
    deleteWebhook(input: $input) {
      deletedWebhookId
      userErrors {
        message
      }
    }
  }
`);

const rotateMutation = graphql(`
  mutation RotateWebhookSecret($input: RotateWebhookSecretInput!) {
    rotateWebhookSecret(input: $input) {
      webhook {
        id
      }
      secret
      userErrors {
        message
      }
    }
  }
`);

const pingMutation = graphql(`
  mutation PingWebhook($input: PingWebhookInput!) {
    pingWebhook(input: $input) {
      delivery {
        id
      }
      userErrors {
        message
      }
    }
  }
`);

const redeliverMutation = graphql(`
  mutation RedeliverWebhook($input: RedeliverWebhookInput!) {
    redeliverWebhook(input: $input) {
      delivery {
        id
        status
        attemptCount
        nextAttemptAt
      }
      userErrors {
        message
      }
    }
  }
`);

/** By what they are about; every webhook receives PING. */
const eventGroups: [string, WebhookEvent[]][] = [
  ['Reviews', ['REVIEW_ADDED', 'REVIEW_EDITED', 'REVIEW_REMOVED', 'REVIEW_RESTORED', 'RATING_CHANGED']],
  ['Questions', ['QUESTION_ASKED', 'QUESTION_EDITED', 'QUESTION_REMOVED', 'QUESTION_RESTORED']],
  ['Answers', ['ANSWER_ADDED', 'ANSWER_EDITED', 'ANSWER_REMOVED', 'ANSWER_RESTORED']],
  ['Comments', ['COMMENT_ADDED', 'COMMENT_EDITED', 'COMMENT_REMOVED', 'COMMENT_RESTORED']],
  ['Sharing', ['SHARE_ADDED', 'SHARE_REMOVED', 'REFERRAL_SENT', 'REFERRAL_BOUGHT']],
  ['Feedback', ['FEEDBACK_RECEIVED', 'FEEDBACK_ANSWERED']],
  ['Invitations', ['INVITATION_SENT', 'INVITATION_REMINDED']],
  ['Moderation', ['CONTENT_HELD', 'CONTENT_MODERATED']],
];

type Webhook = WebhooksQuery['webhooks']['edges'][number]['node'];
type Delivery = WebhookDeliveriesQuery['webhookDeliveries']['edges'][number]['node'];

export function Webhooks() {
  const t = useText();
  const { data, loading, error, fetchMore, refetch } = useQuery(webhooksQuery);
  const more = (after: string | null) =>
    fetchMore({
      variables: { after },
      updateQuery: (before, { fetchMoreResult: next }) => ({
        webhooks: withNextPage(before.webhooks, next.webhooks),
      }),
    });
  return (
    <>
      <h1>{t('Webhooks')}</h1>
      <NewWebhook onCreated={() => void refetch()} />
      <List connection={data?.webhooks} loading={loading} error={error} empty={t('You have no webhooks yet.')} more={more}>
        <ul className="cards">
          {data?.webhooks.edges.map(({ node }) => (
            <li className="card" key={node.id}>
              <WebhookCard webhook={node} onDeleted={() => void refetch()} />
            </li>
          ))}
        </ul>
      </List>
    </>
  );
}

function NewWebhook({ onCreated }: { onCreated: () => void }) {
  const t = useText();
  const [create, { loading }] = useMutation(createMutation);
  const { problems, send } = useSending();
  const [secret, setSecret] = useState<string | null>(null);
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = event.currentTarget;
    const values = new FormData(form);
    const input = { url: values.get('url') as string, events: values.getAll('event') as WebhookEvent[] };
    void send(async () => {
      const answer = (await create({ variables: { input } })).data?.createWebhook;
      if (!answer?.webhook) return answer?.userErrors;
      setSecret(answer.secret);
      form.reset();
      onCreated();
      return answer.userErrors;
    });
  }
  return (
    <details className="card">
      <summary>{t('New webhook')}</summary>
      <form className="fields" onSubmit={submit}>
        <label>
          {t('Address')}
          <input name="url" type="url" required placeholder="https://" maxLength={2048} />
        </label>
        <div className="groups">
          {eventGroups.map(([title, events]) => (
            <fieldset key={title}>
              <legend>{t(title)}</legend>
              {events.map((name) => (
                <label key={name} className="check">
                  <input type="checkbox" name="event" value={name} /> {t(name)}
                </label>
              ))}
            </fieldset>
          ))}
        </div>
        <p>
          <button type="submit" className="primary" disabled={loading}>
            {t('Create')}
          </button>
        </p>
        <Problems problems={problems} />
      </form>
      {secret && <Secret label={t('Secret')} value={secret} />}
    </details>
  );
}

function WebhookCard({ webhook, onDeleted }: { webhook: Webhook; onDeleted: () => void }) {
  const t = useText();
  const [update] = useMutation(updateMutation);
  const [rotate] = useMutation(rotateMutation);
  const [remove] = useMutation(deleteMutation);
  const [ping] = useMutation(pingMutation, { refetchQueries: [deliveriesQuery] });
  const { problems, send } = useSending();
  const [secret, setSecret] = useState<string | null>(null);
  const { id: webhookId, enabled } = webhook;
  const variables = { input: { webhookId } };
  const rotated = async () => {
    const answer = (await rotate({ variables })).data?.rotateWebhookSecret;
    setSecret(answer?.secret ?? null);
    return answer?.userErrors;
  };
  const removed = async () => {
    if (!confirm(t('Delete this webhook? Messages that wait are not sent.'))) return undefined;
    const answer = (await remove({ variables })).data?.deleteWebhook;
    if (answer?.deletedWebhookId) onDeleted();
    return answer?.userErrors;
  };
  const pinged = async () => (await ping({ variables })).data?.pingWebhook?.userErrors;
  const switched = async () => (await update({ variables: { input: { webhookId, enabled: !enabled } } })).data?.updateWebhook?.userErrors;
  return (
    <article>
      <header>
        <strong>{webhook.url}</strong>
        <span className="tag">{enabled ? t('Enabled') : `${t('Disabled')}: ${t(webhook.disabledReason ?? 'BY_OWNER')}`}</span>
        {webhook.failingSince && (
          <span className="muted">
            {t('Failing since')} <Time at={webhook.failingSince} />
          </span>
        )}
      </header>
      <p className="muted">{webhook.events.map((name) => t(name)).join(', ')}</p>
      <div className="toolbar">
        <button type="button" onClick={() => void send(pinged)}>
          {t('Send a test')}
        </button>
        <button type="button" onClick={() => void send(switched)}>
          {t(enabled ? 'Disable' : 'Enable')}
        </button>
        <button type="button" onClick={() => void send(rotated)}>
          {t('New secret')}
        </button>
        <button type="button" onClick={() => void send(removed)}>
          {t('Delete')}
        </button>
      </div>
      {secret && <Secret label={t('Secret')} value={secret} />}
      <Problems problems={problems} />
      <Deliveries webhookId={webhookId} />
    </article>
  );
}

function Deliveries({ webhookId }: { webhookId: string }) {
  const t = useText();
  const [open, setOpen] = useState(false);
  const options = { variables: { webhookId }, skip: !open, pollInterval: open ? 5_000 : 0 };
  const { data, loading, error, fetchMore } = useQuery(deliveriesQuery, options);
  const more = (after: string | null) =>
    fetchMore({
      variables: { after },
      updateQuery: (before, { fetchMoreResult: next }) => ({
        webhookDeliveries: withNextPage(before.webhookDeliveries, next.webhookDeliveries),
      }),
    });
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{t('Deliveries')}</summary>
      <List connection={data?.webhookDeliveries} loading={loading} error={error} empty={t('Nothing was sent yet.')} more={more}>
        <Table columns={[t('Time'), t('Event'), t('Status'), t('Answer of the receiver'), t('Next')]}>
          {data?.webhookDeliveries.edges.map(({ node }) => (
            <DeliveryRow key={node.id} delivery={node} />
          ))}
        </Table>
      </List>
    </details>
  );
}

function DeliveryRow({ delivery }: { delivery: Delivery }) {
  const t = useText();
  const [redeliver, { loading }] = useMutation(redeliverMutation);
  const { problems, send } = useSending();
  const { id: deliveryId, event, status, attemptCount, responseStatus, error, occurredAt } = delivery;
  const again = (): Promise<void> =>
    send(async () => (await redeliver({ variables: { input: { deliveryId } } })).data?.redeliverWebhook?.userErrors);
  return (
    <tr>
      <td>
        <Time at={occurredAt} />
      </td>
      <td title={delivery.messageId}>{t(event)}</td>
      <td>
        {t(status)} ({attemptCount})
      </td>
      <td>{error ?? responseStatus ?? '–'}</td>
      <td>
        {status !== 'PENDING' && (
          <button type="button" disabled={loading} onClick={() => void again()}>
            {t('Send again')}
          </button>
        )}
        <Problems problems={problems} />
      </td>
    </tr>
  );
}

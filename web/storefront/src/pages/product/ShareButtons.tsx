import { useLazyQuery, useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { Avatar, Dialog, say, useErrors, textOf } from '../../components/parts';
import { graphql } from '../../gql';
import type { ShareChannel } from '../../gql/graphql';
import { useI18n } from '../../i18n';
import { plaza } from '../../shop';

const Share = graphql(`
  mutation Share($input: ShareProductInput!) {
    shareProduct(input: $input) {
      held
      share {
        id
        url
      }
      userErrors {
        field
        message
      }
    }
  }
`);

const FindPeople = graphql(`
  query FindPeople($query: String!) {
    searchUsers(query: $query, first: 6) {
      edges {
        node {
          id
          name
          handle
          isViewer
          avatar {
            id
            url(width: 128, height: 128)
          }
        }
      }
    }
  }
`);

const Refer = graphql(`
  mutation Refer($input: ReferProductInput!) {
    referProduct(input: $input) {
      referrals {
        id
      }
      userErrors {
        field
        message
      }
    }
  }
`);

export function ShareButtons({ productId }: { productId: string }) {
  const { t } = useI18n();
  const [open, setOpen] = useState<'share' | 'refer' | null>(null);
  const show = (which: 'share' | 'refer'): void => {
    if (plaza.session.signedIn) setOpen(which);
    else say(t('needSignIn'));
  };
  return (
    <>
      <button className="button" onClick={() => show('share')}>
        {t('share')}
      </button>
      <button className="button" onClick={() => show('refer')}>
        {t('refer')}
      </button>
      {open === 'share' && <ShareDialog productId={productId} onClose={() => setOpen(null)} />}
      {open === 'refer' && <ReferDialog productId={productId} onClose={() => setOpen(null)} />}
    </>
  );
}

function ShareDialog({ productId, onClose }: { productId: string; onClose: () => void }) {
  const { t } = useI18n();
  const [share, { loading }] = useMutation(Share);
  const [url, setUrl] = useState('');
  const { errors, check } = useErrors();
  const make = async (channel: ShareChannel, message: string): Promise<void> => {
    const answer = await check(async () => (await share({ variables: { input: { productId, channel, message } } })).data?.shareProduct);
    if (!answer?.share) return;
    setUrl(answer.share.url);
    if (channel === 'LINK' && navigator.clipboard)
      await navigator.clipboard.writeText(answer.share.url).then(
        () => say(t('copied')),
        () => {},
      );
    if (channel === 'FOLLOWERS') onClose();
  };
  return (
    <Dialog title={t('share')} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void make('FOLLOWERS', textOf(new FormData(event.currentTarget), 'message'));
        }}
      >
        <textarea className="input" name="message" aria-label={t('referMessage')} placeholder={t('referMessage')} maxLength={1000} />
        <div className="row">
          <button className="button main" disabled={loading}>
            {t('shareFollowers')}
          </button>
          <button type="button" className="button" disabled={loading} onClick={() => void make('LINK', '')}>
            {t('shareLink')}
          </button>
        </div>
        {url && <input className="input" readOnly value={url} aria-label={t('shareLink')} onFocus={({ target }) => target.select()} />}
        {Object.values(errors).map((message) => (
          <p key={message} className="danger">
            {message}
          </p>
        ))}
      </form>
    </Dialog>
  );
}

function ReferDialog({ productId, onClose }: { productId: string; onClose: () => void }) {
  const { t } = useI18n();
  const [find, { data }] = useLazyQuery(FindPeople);
  const [refer] = useMutation(Refer);
  const [message, setMessage] = useState('');
  const { errors, check } = useErrors();
  const send = async (user: { id: string; name: string }): Promise<void> => {
    const input = { productId, toUserIds: [user.id], message };
    const answer = await check(async () => (await refer({ variables: { input } })).data?.referProduct);
    if (!answer) return;
    say(t('referred', { name: user.name }));
    onClose();
  };
  const people = data?.searchUsers.edges.filter(({ node }) => !node.isViewer) ?? [];
  return (
    <Dialog title={t('refer')} onClose={onClose}>
      <label className="field">
        <span>{t('referMessage')}</span>
        <input className="input" value={message} maxLength={1000} onChange={({ target }) => setMessage(target.value)} />
      </label>
      <label className="field">
        <span>{t('referSearch')}</span>
        <input
          className="input"
          type="search"
          autoFocus
          onChange={({ target }) => target.value.trim() && void find({ variables: { query: target.value.trim() } })}
        />
      </label>
      <ul className="stack tight">
        {people.map(({ node }) => (
          <li key={node.id} className="row between">
            <span className="person">
              <Avatar user={node} size={32} />
              <bdi>{node.name}</bdi>
            </span>
            <button className="button" aria-label={`${t('send')}: ${node.name}`} onClick={() => void send(node)}>
              {t('send')}
            </button>
          </li>
        ))}
      </ul>
      {Object.values(errors).map((text) => (
        <p key={text} className="danger">
          {text}
        </p>
      ))}
    </Dialog>
  );
}

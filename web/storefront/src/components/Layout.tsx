/** The frame around every page: search, shelves, the cart, and what concerns the viewer. */
import { useSubscription } from '@apollo/client/react';
import { useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { useCart } from '../cart';
import { consentGiven, keepConsent } from '../consent';
import { prepareAnswer, useFirstQuery } from '../first-answers';
import { graphql } from '../gql';
import { chooseLanguage, languages, useI18n, type Language } from '../i18n';
import { network } from '../network';
import { renewPush } from '../push';
import { apollo, plaza } from '../shop';
import { useStored } from '../storage';
import { theme, type Theme } from '../theme';
import { Avatar, Icon, Toast, textOf, useAction } from './parts';

const Frame = graphql(`
  query Frame {
    viewer {
      id
      unreadNotificationCount
      pushKey
      notifications(first: 1) {
        liveCursor
      }
      consent {
        tracking
      }
      user {
        id
        handle
        name
        avatar {
          id
          url(width: 64, height: 64)
        }
      }
    }
    categories(first: 30) {
      edges {
        node {
          id
          slug
          name
        }
      }
    }
  }
`);

const NewNotification = graphql(`
  subscription NewNotification($after: String) {
    notificationReceived(after: $after) {
      cursor
      viewer {
        id
        unreadNotificationCount
      }
    }
  }
`);

const Agree = graphql(`
  mutation Agree($input: UpdateConsentInput!) {
    updateConsent(input: $input) {
      userErrors {
        field
        message
      }
    }
  }
`);

const wordingVersion = 'storefront-1';

/** Records what the visitor agrees to, here and at the shop. */
export async function agree(tracking: boolean) {
  keepConsent(tracking);
  plaza.tracker.setEnabled(tracking);
  const { visitorId } = plaza.tracker;
  if (!plaza.session.signedIn && !visitorId) return { userErrors: [] };
  const input = { tracking, personalisation: tracking, visitorId, wordingVersion };
  return (await apollo.mutate({ mutation: Agree, variables: { input } })).data?.updateConsent;
}

export function prepareFrame(): Promise<void> {
  return prepareAnswer(Frame, {});
}

export function useViewer() {
  const { data } = useFirstQuery(Frame, {});
  return data?.viewer ?? null;
}

export function Layout({ children }: { children: ReactNode }) {
  const { t } = useI18n();
  const main = useRef<HTMLElement>(null);
  const [path] = useLocation();
  const first = useRef(true);
  useEffect(() => {
    // A screen reader begins to read the new page; the browser does so itself for the first one.
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [path]);
  const viewer = useViewer();
  const pushKey = viewer?.user && viewer.pushKey;
  useEffect(() => void renewPush(pushKey).catch(() => {}), [pushKey]);
  return (
    <>
      <a className="skip" href="#main">
        {t('skip')}
      </a>
      <Offline />
      <Top />
      <main id="main" className="page" ref={main} tabIndex={-1}>
        {children}
      </main>
      <Bottom />
      <Consent />
      <Toast />
    </>
  );
}

/** Says that what is seen may be old. */
function Offline() {
  const { t } = useI18n();
  const online = useSyncExternalStore(network.subscribe, () => network.online);
  return (
    <p className="offline small" role="status">
      {!online && t('offlineText')}
    </p>
  );
}

function Top() {
  const { t } = useI18n();
  const { data } = useFirstQuery(Frame, {});
  const [path] = useLocation();
  return (
    <header className="top">
      <div className="wrap bar">
        <Link href="/" className="logo">
          <img src="/icon.svg" alt="" width="30" height="30" />
          Plaza
        </Link>
        <Find />
        <Tools />
      </div>
      <nav className="wrap shelves" aria-label={t('categories')}>
        {data?.categories.edges.map(({ node: { id, slug, name } }) => {
          const href = `/categories/${encodeURIComponent(slug)}`;
          return (
            <Link key={id} href={href} aria-current={path === href ? 'page' : undefined}>
              {name}
            </Link>
          );
        })}
      </nav>
    </header>
  );
}

function Find() {
  const { t } = useI18n();
  const [, go] = useLocation();
  const query = new URLSearchParams(useSearch()).get('q') ?? '';
  const submit = (form: FormData): void => {
    const text = textOf(form, 'q').trim();
    if (text) go(`/search?q=${encodeURIComponent(text)}`);
  };
  return (
    <form className="find" role="search" key={query} action={submit}>
      <Icon name="search" />
      <input
        className="input"
        type="search"
        name="q"
        defaultValue={query}
        aria-label={t('search')}
        placeholder={t('searchPlaceholder')}
        maxLength={200}
      />
    </form>
  );
}

function Tools() {
  const { t } = useI18n();
  const count = useCart().reduce((sum, { quantity }) => sum + quantity, 0);
  const viewer = useViewer();
  return (
    <div className="tools">
      <Preferences />
      {viewer?.user && <Bell count={viewer.unreadNotificationCount ?? 0} after={viewer.notifications?.liveCursor ?? null} />}
      <Link href="/cart" className="tool" aria-label={`${t('cart')} (${count})`}>
        <Icon name="bag" />
        {count > 0 && <span className="badge">{count}</span>}
      </Link>
      <AccountMenu />
    </div>
  );
}

function Bell({ count, after }: { count: number; after: string | null }) {
  const { t } = useI18n();
  // The place to begin is that of the first page; later ones follow from what arrives.
  const [from] = useState(after);
  useSubscription(NewNotification, { variables: { after: from } });
  return (
    <Link href="/notifications" className="tool" aria-label={t('unread', { n: count })}>
      <Icon name="bell" />
      {count > 0 && <span className="badge">{count}</span>}
    </Link>
  );
}

/** A menu that closes when something in it was chosen, at Escape, and when the focus goes elsewhere. */
function Menu({ label, children, content }: { label: string; content: ReactNode; children: ReactNode }) {
  const ref = useRef<HTMLDetailsElement>(null);
  const close = (): void => {
    if (ref.current) ref.current.open = false;
  };
  return (
    <details
      className="menu"
      ref={ref}
      onClick={(event) => (event.target as Element).closest('.menu > div a, .menu > div button') && close()}
      onKeyDown={({ key, currentTarget }) => {
        if (key !== 'Escape') return;
        close();
        currentTarget.querySelector('summary')?.focus();
      }}
      onBlur={({ currentTarget, relatedTarget }) => relatedTarget && !currentTarget.contains(relatedTarget) && close()}
    >
      <summary className="tool" aria-label={label}>
        {content}
      </summary>
      <div>{children}</div>
    </details>
  );
}

function Preferences() {
  const { t, language } = useI18n();
  const [current, setTheme] = useStored(theme);
  const speak = async (chosen: Language): Promise<void> => {
    await chooseLanguage(chosen);
    // What the shop has written, such as reasons, is written anew.
    await apollo.refetchQueries({ include: 'active' }).catch(() => {});
  };
  return (
    <Menu label={`${t('language')}, ${t('theme')}`} content={<Icon name="globe" />}>
      <div className="stack">
        <label className="field">
          <span>{t('language')}</span>
          <select className="input" value={language} onChange={({ target }) => void speak(target.value as Language)}>
            {Object.entries(languages).map(([tag, { name }]) => (
              <option key={tag} value={tag} lang={tag}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          <span>{t('theme')}</span>
          <select className="input" value={current} onChange={({ target }) => setTheme(target.value as Theme)}>
            {(['system', 'light', 'dark'] as const).map((name) => (
              <option key={name} value={name}>
                {t(name)}
              </option>
            ))}
          </select>
        </label>
      </div>
    </Menu>
  );
}

function AccountMenu() {
  const { t } = useI18n();
  const viewer = useViewer();
  if (!viewer?.user)
    return (
      <Link href="/sign-in" className="tool" aria-label={t('signIn')}>
        <Icon name="user" />
      </Link>
    );
  const { user } = viewer;
  return (
    <Menu label={t('account')} content={<Avatar user={user} size={30} />}>
      <Link href={`/users/${encodeURIComponent(user.handle)}`}>{user.name}</Link>
      <Link href="/feed">{t('feed')}</Link>
      <Link href="/orders">{t('orders')}</Link>
      <Link href="/settings">{t('settings')}</Link>
      <button onClick={() => void plaza.session.signOut()}>{t('signOut')}</button>
    </Menu>
  );
}

function Bottom() {
  const { t } = useI18n();
  const status = useSyncExternalStore(
    (listener) => plaza.live.onStatus(listener),
    () => plaza.live.status,
  );
  return (
    <footer className="bottom">
      <div className="wrap row between small soft">
        <span>Plaza. {t('tagline')}</span>
        {status !== 'idle' && (
          <span className="row">
            <span className={status === 'live' ? 'dot' : 'dot off'} />
            {status === 'live' ? t('live') : t('offline')}
          </span>
        )}
      </div>
    </footer>
  );
}

function Consent() {
  const { t } = useI18n();
  const [asked, setAsked] = useState(consentGiven() !== null);
  const act = useAction();
  const viewer = useViewer();
  if (asked || !viewer || (viewer.user && viewer.consent?.tracking)) return null;
  const decide = (agreed: boolean): void => {
    setAsked(true);
    void act(() => agree(agreed));
  };
  return (
    <aside className="wrap" aria-label={t('privacy')}>
      <div className="panel row between">
        <p className="small">{t('consentText')}</p>
        <div className="row">
          <button className="button" onClick={() => decide(false)}>
            {t('decline')}
          </button>
          <button className="button" onClick={() => decide(true)}>
            {t('agree')}
          </button>
        </div>
      </div>
    </aside>
  );
}

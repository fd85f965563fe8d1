import { useEffect, useState, useSyncExternalStore } from 'react';
import { useQuery } from '@apollo/client/react';
import { Link, Redirect, Route, Router, Switch, useLocation } from 'wouter';
import { client } from './client';
import { graphql } from './gql';
import type { UserRole } from './gql/graphql';
import { languages, useLanguage, useText } from './i18n';
import { ApiKeys } from './pages/ApiKeys';
import { Audit } from './pages/Audit';
import { Health } from './pages/Health';
import { Imports } from './pages/Imports';
import { Inbox } from './pages/Inbox';
import { Moderation } from './pages/Moderation';
import { Orders } from './pages/Orders';
import { Products } from './pages/Products';
import { Recommender } from './pages/Recommender';
import { useReason } from './parts';
import { SignIn } from './pages/SignIn';
import { Users } from './pages/Users';
import { Webhooks } from './pages/Webhooks';
import { isSignedIn, onSessionChange, signOut } from './session';

const viewerQuery = graphql(`
  query ConsoleViewer {
    viewer {
      id
      user {
        id
        name
        handle
        roles
      }
    }
  }
`);

interface Page {
  path: string;
  title: string;
  roles: UserRole[];
  component: () => React.ReactNode;
}

const pages: Page[] = [
  { path: '/moderation', title: 'Moderation', roles: ['MODERATOR', 'ADMIN'], component: Moderation },
  { path: '/audit', title: 'Audit trail', roles: ['MODERATOR', 'ADMIN'], component: Audit },
  { path: '/inbox', title: 'Inbox', roles: ['MERCHANT'], component: Inbox },
  { path: '/products', title: 'Products', roles: ['MERCHANT'], component: Products },
  { path: '/orders', title: 'Orders', roles: ['MERCHANT'], component: Orders },
  { path: '/webhooks', title: 'Webhooks', roles: ['MERCHANT', 'ADMIN'], component: Webhooks },
  { path: '/api-keys', title: 'API keys', roles: ['MERCHANT', 'ADMIN'], component: ApiKeys },
  { path: '/recommender', title: 'Recommender', roles: ['ADMIN'], component: Recommender },
  { path: '/imports', title: 'Imports', roles: ['ADMIN'], component: Imports },
  { path: '/users', title: 'Users', roles: ['ADMIN'], component: Users },
  { path: '/health', title: 'Health', roles: ['ADMIN'], component: Health },
];

export function App() {
  const signedIn = useSyncExternalStore(onSessionChange, isSignedIn);
  // What one account may see is nothing for the next.
  useEffect(() => onSessionChange(() => void (isSignedIn() || client.clearStore())), []);
  return <Router base="/console">{signedIn ? <Console /> : <SignIn />}</Router>;
}

function Console() {
  const t = useText();
  const { data, error, refetch } = useQuery(viewerQuery);
  const reasonOf = useReason();
  const user = data?.viewer.user;
  if (error && !user)
    return (
      <main>
        <p role="alert">{reasonOf(error)}</p>
        <button type="button" onClick={() => void refetch().catch(() => {})}>
          {t('Try again')}
        </button>
      </main>
    );
  if (!user) return <p className="loading">{t('Loading…')}</p>;
  const allowed = pages.filter(({ roles }) => roles.some((role) => user.roles.includes(role)));
  return (
    <div className="layout">
      <a className="skip" href="#main">
        {t('Skip to content')}
      </a>
      <Navigation pages={allowed} name={user.name} />
      <main id="main" tabIndex={-1}>
        {allowed.length === 0 && <p>{t('This account has no staff role.')}</p>}
        <Switch>
          {allowed.map(({ path, component }) => (
            <Route key={path} path={path} component={component} />
          ))}
          {allowed[0] && <Redirect to={allowed[0].path} replace />}
        </Switch>
      </main>
    </div>
  );
}

function Navigation({ pages, name }: { pages: Page[]; name: string }) {
  const t = useText();
  const [location] = useLocation();
  const { language, setLanguage } = useLanguage();
  const [open, setOpen] = useState(false);
  return (
    <header className="sidebar">
      <div className="brand">
        <strong>Plaza</strong>
        <button type="button" className="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
          {t('Menu')}
        </button>
      </div>
      <nav aria-label={t('Console')} data-open={open}>
        {pages.map(({ path, title }) => (
          <Link key={path} href={path} aria-current={location === path ? 'page' : undefined} onClick={() => setOpen(false)}>
            {t(title)}
          </Link>
        ))}
      </nav>
      <div className="account" data-open={open}>
        <span>{name}</span>
        <label>
          <span className="hidden">{t('Language')}</span>
          <select value={language} onChange={(event) => setLanguage(event.target.value as typeof language)}>
            {Object.entries(languages).map(([code, title]) => (
              <option key={code} value={code}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => void signOut()}>
          {t('Sign out')}
        </button>
      </div>
    </header>
  );
}

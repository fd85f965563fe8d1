import { ApolloProvider } from '@apollo/client/react';
import { startTransition, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { shareToken } from './cart';
import { loadLanguage, I18nProvider } from './i18n';
import { apollo } from './shop';
import { followTheme } from './theme';
import './styles.css';

followTheme();
keepShare();
await loadLanguage();

const root = createRoot(document.getElementById('root')!);
// In slices, between which the browser answers its user: the page can be read already.
startTransition(() =>
  root.render(
    <StrictMode>
      <I18nProvider>
        <ApolloProvider client={apollo}>
          <App />
        </ApolloProvider>
      </I18nProvider>
    </StrictMode>,
  ),
);

if (import.meta.env.PROD && 'serviceWorker' in navigator) whenIdle(keepForOffline);

/** Once the page is there and its reader waits for nothing. */
function whenIdle(work: () => void): void {
  // Safari has no idle callbacks.
  const soon = (): unknown => ('requestIdleCallback' in window ? requestIdleCallback(work, { timeout: 5_000 }) : setTimeout(work, 1_000));
  if (document.readyState === 'complete') soon();
  else addEventListener('load', soon, { once: true });
}

/** What a first visit reads is read before there is a service worker that could keep it, so it is read once more. */
function keepForOffline(): void {
  const isFirst = navigator.serviceWorker.controller === null;
  const readAgain = (): void => {
    const asked = [...apollo.getObservableQueries()].map((each) => [`${each.queryName} ${JSON.stringify(each.variables)}`, each] as const);
    // Several parts of a page ask the same; it is read once.
    for (const { query, variables } of new Map(asked).values())
      // Apart from the same query that is still on its way, which nothing keeps.
      void apollo.query({ query, variables, fetchPolicy: 'network-only', context: { queryDeduplication: false } }).catch(() => {});
  };
  if (isFirst) navigator.serviceWorker.addEventListener('controllerchange', () => whenIdle(readAgain), { once: true });
  void navigator.serviceWorker.register('/sw.js').catch(() => {});
}

/** A shared link brings a token; it is kept for the order, and leaves the address. */
function keepShare(): void {
  const url = new URL(location.href);
  const token = url.searchParams.get('share');
  if (!token) return;
  shareToken.set(token);
  url.searchParams.delete('share');
  history.replaceState(null, '', url);
}

import { ApolloProvider } from '@apollo/client/react';
import { startTransition, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { shareToken } from './cart';
import { prepareFrame } from './components/Layout';
import { loadLanguage, I18nProvider, prepareFormats } from './i18n';
import { startKeeping } from './offline';
import { apollo } from './shop';
import { followTheme } from './theme';
import { turn } from './turn';
import './styles.css';

followTheme();
keepShare();
await loadLanguage();
await turn();
prepareFormats();
await turn();
await prepareFrame();

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

startKeeping();

/** A shared link brings a token; it is kept for the order, and leaves the address. */
function keepShare(): void {
  const url = new URL(location.href);
  const token = url.searchParams.get('share');
  if (!token) return;
  shareToken.set(token);
  url.searchParams.delete('share');
  history.replaceState(null, '', url);
}

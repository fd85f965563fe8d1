import { ApolloProvider } from '@apollo/client/react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { client } from './client';
import { LanguageProvider } from './i18n';
import './styles.css';

createRoot(document.getElementById('root')!).render(
  <ApolloProvider client={client}>
    <LanguageProvider>
      <App />
    </LanguageProvider>
  </ApolloProvider>,
);

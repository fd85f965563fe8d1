import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { language } from './i18n';
import { authorization, sessionFetch } from './session';

const withSession = new SetContextLink(async (context) => {
  const headers = context['headers'] as Record<string, string> | undefined;
  const token = await authorization();
  return { headers: { ...headers, 'accept-language': language(), ...(token && { authorization: token }) } };
});

export const client = new ApolloClient({
  link: ApolloLink.from([withSession, new HttpLink({ uri: '/graphql', fetch: sessionFetch })]),
  cache: new InMemoryCache({ possibleTypes: { ModeratedContent: ['Answer', 'Comment', 'Question', 'Review', 'Share', 'User'] } }),
  defaultOptions: { watchQuery: { fetchPolicy: 'cache-and-network' } },
});

/** What the server has asked already for who opens a page as a stranger. It came with the page, and saves its first requests. */
import type { OperationVariables, TypedDocumentNode } from '@apollo/client';
import { useQuery } from '@apollo/client/react';
import { apollo, plaza } from './shop';

const answers = read();

function read(): Record<string, unknown> {
  const text = document.getElementById('plaza-answers')?.textContent;
  return text ? (JSON.parse(text) as Record<string, unknown>) : {};
}

/** Takes an answer into the cache, once. Whoever is known to the shop sees it as their own, which the server cannot tell. */
function take<Data, Variables extends OperationVariables>(query: TypedDocumentNode<Data, Variables>, variables: Variables): void {
  const [definition] = query.definitions;
  const name = definition?.kind === 'OperationDefinition' ? definition.name?.value : undefined;
  if (!name || !(name in answers)) return;
  const data = answers[name] as Data;
  delete answers[name];
  if (plaza.session.signedIn || plaza.tracker.visitorId) return;
  // The component that asks is about to read it, and no other may change while this one is rendered.
  apollo.cache.writeQuery({ query, variables, data, broadcast: false });
}

/** The first query of a page, whose answer may have come with it. */
export function useFirstQuery<Data, Variables extends OperationVariables>(query: TypedDocumentNode<Data, Variables>, variables: Variables) {
  take(query, variables);
  return useQuery(query, { variables } as useQuery.Options<Data, Variables>);
}

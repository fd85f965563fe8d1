/** What the server has asked already for who opens a page as a stranger. It came with the page, and saves its first requests. */
import { useState } from 'react';
import type { OperationVariables, TypedDocumentNode } from '@apollo/client';
import { useQuery } from '@apollo/client/react';
import { keep } from './offline';
import { apollo, plaza } from './shop';
import { turn } from './turn';

/** How long an answer is as new as the page that it came with, in milliseconds. */
const opening = 10_000;
const answers = read();
const taken = new Set<string>();

function read(): Record<string, unknown> {
  const text = document.getElementById('plaza-answers')?.textContent;
  return text ? (JSON.parse(text) as Record<string, unknown>) : {};
}

/**
 * Takes an answer into the cache, once. Whoever is known to the shop sees it as their own, which the server cannot tell.
 * @returns whether the query is answered by the page that has just been opened
 */
function take<Data, Variables extends OperationVariables>(query: TypedDocumentNode<Data, Variables>, variables: Variables): boolean {
  const [definition] = query.definitions;
  const name = definition?.kind === 'OperationDefinition' ? definition.name?.value : undefined;
  if (!name || plaza.session.signedIn || plaza.tracker.visitorId) return false;
  if (name in answers) {
    // The component that asks is about to read it, and no other may change while this one is rendered.
    apollo.cache.writeQuery({ query, variables, data: answers[name] as Data, broadcast: false });
    delete answers[name];
    taken.add(name);
    keep(name, query, variables);
  }
  return taken.has(name) && performance.now() < opening;
}

/** Takes an answer before it is shown: what is read for the first time takes long, and would hold up what is made of it. */
export async function prepareAnswer<Data, Variables extends OperationVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<void> {
  if (!take(query, variables)) return;
  await turn();
  apollo.cache.readQuery({ query, variables });
  await turn();
}

/** The first query of a page, whose answer may have come with it. */
export function useFirstQuery<Data, Variables extends OperationVariables>(query: TypedDocumentNode<Data, Variables>, variables: Variables) {
  const [isAnswered] = useState(() => take(query, variables));
  return useQuery(query, { variables, ...(isAnswered && { fetchPolicy: 'cache-first' }) } as useQuery.Options<Data, Variables>);
}

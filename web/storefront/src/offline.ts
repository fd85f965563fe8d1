/** The service worker keeps what is read, for when there is no network. What it did not see is read once more. */
import type { DocumentNode, OperationVariables } from '@apollo/client';
import { apollo } from './shop';
import { whenIdle } from './turn';

const isBuilt = import.meta.env.PROD && 'serviceWorker' in navigator;
/** What is read once more already. */
const again = new Set<string>();

export function startKeeping(): void {
  if (!isBuilt) return;
  whenIdle(() => {
    if (navigator.serviceWorker.controller === null) whenControlled(readShownAgain);
    void navigator.serviceWorker.register('/sw.js').catch(() => {});
  });
}

/** Has an answer kept that came without a request. */
export function keep(name: string, query: DocumentNode, variables: OperationVariables): void {
  if (isBuilt) whenControlled(() => readAgain(name, query, variables));
}

/** What is shown was read, or is being read, before there was anything that could keep it. */
function readShownAgain(): void {
  for (const { queryName, query, variables } of apollo.getObservableQueries()) if (queryName) readAgain(queryName, query, variables);
}

/** Several parts of a page ask the same; it is read once. */
function readAgain(name: string, query: DocumentNode, variables: OperationVariables): void {
  const key = `${name} ${JSON.stringify(variables)}`;
  if (again.has(key)) return;
  again.add(key);
  // Apart from the same query that is still on its way, which nothing keeps.
  void apollo.query({ query, variables, fetchPolicy: 'network-only', context: { queryDeduplication: false } }).catch(() => {});
}

/** Does something once the service worker sees requests, and the page is there. */
function whenControlled(work: () => void): void {
  const { serviceWorker } = navigator;
  if (serviceWorker.controller) whenIdle(work);
  else serviceWorker.addEventListener('controllerchange', () => whenIdle(work), { once: true });
}

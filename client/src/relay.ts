/** Relay on Plaza: its network, and where it finds what the store has already. */
import { Network, Observable, type GraphQLResponse, type MissingFieldHandler } from 'relay-runtime';
import type { PlazaClient } from './index.js';
import { lookups } from './schema.js';

/** Queries and mutations over HTTP, subscriptions over the live client. */
export function plazaNetwork({ url, session, live }: PlazaClient): ReturnType<typeof Network.create> {
  return Network.create(
    async ({ text, name }, variables) => {
      const body = JSON.stringify({ query: text, operationName: name, variables });
      const response = await session.fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      return (await response.json()) as GraphQLResponse;
    },
    ({ text, name }, variables) =>
      Observable.create<GraphQLResponse>((sink) =>
        live.subscribe(
          { query: text, operationName: name, variables },
          {
            next: (result) => sink.next(result as never),
            error: (errors) => sink.error(Object.assign(new Error(errors[0]?.message), { source: { errors } })),
            complete: () => sink.complete(),
          },
        ),
      ),
  );
}

/** `node(id:)`, `nodes(ids:)`, `product(id:)` and the like find what the store has already. */
export const missingFieldHandlers: MissingFieldHandler[] = [
  {
    kind: 'linked',
    handle: (field, record, args) => {
      const isLookup = field.name === 'node' || field.name in lookups;
      return isRoot(record) && isLookup && typeof args['id'] === 'string' ? args['id'] : undefined;
    },
  },
  {
    kind: 'pluralLinked',
    handle: (field, record, args) =>
      isRoot(record) && field.name === 'nodes' && Array.isArray(args['ids']) ? (args['ids'] as string[]) : undefined,
  },
];

function isRoot(record: { getDataID(): unknown } | null | undefined): boolean {
  return record?.getDataID() === 'client:root';
}

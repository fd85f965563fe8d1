import {
  ConnectionHandler,
  createOperationDescriptor,
  fetchQuery,
  requestSubscription,
  type ConcreteRequest,
  type RecordSourceSelectorProxy,
} from 'relay-runtime';
import { liveCursors, type CommentChange, type Components, type Page, type Site } from './page.js';
import type { Artifacts } from './relay-artifacts.js';
import { relayEnvironment } from './setup/relay.js';

/** Puts a change of a comment into the list that `@connection` keeps. */
function updateComments(store: RecordSourceSelectorProxy, productId: string): void {
  const change = store.getRootField('commentChanged');
  const comments = ConnectionHandler.getConnection(store.get(productId)!, 'Product_comments')!;
  const edge = change.getLinkedRecord('edge');
  const removed = change.getValue('kind') === 'REMOVED' && !change.getLinkedRecord('comment');
  if (removed) ConnectionHandler.deleteNode(comments, change.getValue('commentId') as string);
  if (!edge) return;
  const id = edge.getLinkedRecord('node').getDataID();
  const known = comments.getLinkedRecords('edges').some((other) => other?.getLinkedRecord('node')?.getDataID() === id);
  if (!known) ConnectionHandler.insertEdgeBefore(comments, ConnectionHandler.buildConnectionEdge(store, comments, edge)!);
}

export async function openRelayPage({ plaza, productId }: Site, artifacts: Artifacts): Promise<Page> {
  const environment = relayEnvironment(plaza);
  const components: Components = { header: null, menu: null, stars: null, product: null };
  const changes: CommentChange[] = [];
  const open: { dispose(): void }[] = [];

  function show(name: keyof Components, request: ConcreteRequest, variables: object): void {
    const operation = createOperationDescriptor(request, variables);
    const shown = environment.lookup(operation.fragment);
    const take = ({ data, isMissingData }: typeof shown): void => {
      components[name] = isMissingData ? null : (data as never);
    };
    open.push(environment.retain(operation), environment.subscribe(shown, take));
    const fetched = fetchQuery(environment, request, variables).subscribe({ next: () => take(environment.lookup(operation.fragment)) });
    open.push({ dispose: () => fetched.unsubscribe() });
  }

  const variables = { id: productId };
  show('header', await artifacts.request('pageHeaderQuery'), {});
  show('menu', await artifacts.request('pageMenuQuery'), {});
  show('stars', await artifacts.request('pageStarsQuery'), variables);
  show('product', await artifacts.request('pageProductQuery'), variables);
  const [rating, comments, badge] = await Promise.all(
    ['pageRatingSubscription', 'pageCommentsSubscription', 'pageBadgeSubscription'].map((name) => artifacts.request(name)),
  );
  return {
    components,
    changes,
    subscribe() {
      const after = liveCursors(components);
      open.push(
        requestSubscription(environment, { subscription: rating!, variables: { ...variables, after: after.rating } }),
        requestSubscription(environment, { subscription: badge!, variables: { after: after.badge } }),
        requestSubscription(environment, {
          subscription: comments!,
          variables: { ...variables, after: after.comments },
          updater: (store) => updateComments(store, productId),
          onNext: (data) => void changes.push((data as { commentChanged: CommentChange }).commentChanged),
        }),
      );
    },
    close: () => open.forEach((one) => one.dispose()),
  };
}

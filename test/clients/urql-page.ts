import { gql, type OperationResult } from '@urql/core';
import * as documents from './documents.js';
import { liveCursors, withChange, type CommentChange, type Components, type Page, type ProductData, type Site } from './page.js';
import { urqlClient } from './setup/urql.js';

export function openUrqlPage({ plaza, productId }: Site): Page {
  const components: Components = { header: null, menu: null, stars: null, product: null };
  const changes: CommentChange[] = [];
  const product = gql<ProductData, { id: string }>(documents.product());
  const variables = { id: productId };
  const client = urqlClient(plaza, {
    updates: {
      Subscription: {
        commentChanged: ({ commentChanged }, _args, cache) =>
          cache.updateQuery(
            { query: product, variables },
            (shown) => shown && withChange(shown, commentChanged as unknown as CommentChange),
          ),
      },
    },
  });
  const open: { unsubscribe(): void }[] = [];

  const show = (name: keyof Components) => (result: OperationResult<unknown>) => {
    components[name] = (result.error ? null : (result.data ?? null)) as never;
  };
  const follow = (query: string, given: object): void => {
    open.push(client.subscription(gql(query), given).subscribe(() => {}));
  };

  open.push(client.query(gql(documents.header), {}).subscribe(show('header')));
  open.push(client.query(gql(documents.menu), {}).subscribe(show('menu')));
  open.push(client.query(gql(documents.stars), variables).subscribe(show('stars')));
  open.push(client.query(product, variables).subscribe(show('product')));
  return {
    components,
    changes,
    subscribe() {
      const { badge, rating, comments: after } = liveCursors(components);
      follow(documents.ratingChanged, { ...variables, after: rating });
      follow(documents.notificationReceived, { after: badge });
      const watched = client.subscription<{ commentChanged: CommentChange }>(gql(documents.commentChanged), { ...variables, after });
      open.push(watched.subscribe(({ data }) => void (data && changes.push(data.commentChanged))));
    },
    close: () => open.forEach((one) => one.unsubscribe()),
  };
}

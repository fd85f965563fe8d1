import { gql } from '@apollo/client';
import * as documents from './documents.js';
import { liveCursors, withChange, type CommentChange, type Components, type Page, type ProductData, type Site } from './page.js';
import { apolloClient } from './setup/apollo.js';

export function openApolloPage({ plaza, productId }: Site): Page {
  const client = apolloClient(plaza);
  const components: Components = { header: null, menu: null, stars: null, product: null };
  const changes: CommentChange[] = [];
  const product = gql(documents.product());
  const variables = { id: productId };

  function show(name: keyof Components, query: ReturnType<typeof gql>): void {
    client.watchQuery({ query, variables: name === 'header' || name === 'menu' ? {} : variables }).subscribe(({ data, dataState }) => {
      components[name] = dataState === 'complete' ? (data as never) : null;
    });
  }

  show('header', gql(documents.header));
  show('menu', gql(documents.menu));
  show('stars', gql(documents.stars));
  show('product', product);
  return {
    components,
    changes,
    subscribe() {
      const { badge, rating, comments } = liveCursors(components);
      const follow = (text: string, given: object) => client.subscribe({ query: gql(text), variables: given });
      follow(documents.ratingChanged, { ...variables, after: rating }).subscribe(() => {});
      follow(documents.notificationReceived, { after: badge }).subscribe(() => {});
      follow(documents.commentChanged, { ...variables, after: comments }).subscribe(({ data }) => {
        const { commentChanged } = data as { commentChanged: CommentChange };
        changes.push(commentChanged);
        client.cache.updateQuery<ProductData>({ query: product, variables }, (shown) => shown && withChange(shown, commentChanged));
      });
    },
    close: () => client.stop(),
  };
}

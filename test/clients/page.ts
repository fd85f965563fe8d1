/** A product’s page, as a shop builds it with each client. */
import type { PlazaClient } from '@plaza/client';

export interface Site {
  plaza: PlazaClient;
  productId: string;
}

export interface HeaderData {
  viewer: { email: string };
}

export interface MenuData {
  viewer: { unreadNotificationCount: number; notifications: { liveCursor: string }; user: { name: string } };
}

export interface StarsData {
  product: { rating: { mean: number | null; weightedMean: number | null } };
}

interface CommentEdge {
  node: { id: string; body: string };
}

export interface ProductData {
  product: {
    title: string;
    rating: { reviewCount: number; mean: number | null; liveCursor: string };
    comments: { liveCursor: string; edges: CommentEdge[] };
  };
}

export interface CommentChange {
  cursor: string;
  kind: 'ADDED' | 'EDITED' | 'REMOVED';
  commentId: string;
  comment: { body: string } | null;
  edge: CommentEdge | null;
}

/** What the components of the page have; null while a field of theirs is missing. */
export interface Components {
  header: HeaderData | null;
  menu: MenuData | null;
  stars: StarsData | null;
  product: ProductData | null;
}

/** Where the page joins its streams: as of when it was read. */
export function liveCursors({ menu, product }: Components) {
  const { rating, comments } = product!.product;
  return { badge: menu!.viewer.notifications.liveCursor, rating: rating.liveCursor, comments: comments.liveCursor };
}

export interface Page {
  components: Components;
  /** The changes of comments, as they came. */
  changes: CommentChange[];
  /** Watches what changes; the components must be there. */
  subscribe(): void;
  close(): void;
}

/** The page’s data with a change of its comments. An edit needs nothing: the cache knows the comment by its ID. */
export function withChange(data: ProductData, { kind, commentId, comment, edge }: CommentChange): ProductData {
  const { edges } = data.product.comments;
  const others = edges.filter(({ node }) => node.id !== commentId);
  if (kind === 'ADDED' && edge) return withEdges(data, [edge, ...others]);
  if (kind === 'REMOVED' && !comment) return withEdges(data, others);
  return data;
}

function withEdges(data: ProductData, edges: CommentEdge[]): ProductData {
  return { ...data, product: { ...data.product, comments: { ...data.product.comments, edges } } };
}

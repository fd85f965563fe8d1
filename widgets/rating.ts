/** `<plaza-rating>`: a product's stars and how many reviews they are of. */
import type { Api } from './api.js';
import { h, ProductElement, stars, type ProductNames } from './element.js';

export interface Rating {
  mean: number | null;
  reviewCount: number;
  liveCursor: string | null;
}

const query = `query PlazaRating($id: ID, $externalId: String, $source: String) {
  product(id: $id, externalId: $externalId, source: $source) { id rating { mean reviewCount liveCursor } }
}`;
const subscription = `subscription PlazaRatingChanged($id: ID!, $after: String) {
  ratingChanged(productId: $id, after: $after) { cursor rating { mean reviewCount liveCursor } }
}`;

export class PlazaRating extends ProductElement {
  protected async show(api: Api, names: ProductNames): Promise<void> {
    const { product } = await api.query<{ product: { id: string; rating: Rating } | null }>(query, names);
    if (!product) return this.render();
    this.renderRating(product.rating);
    const variables = { id: product.id, after: product.rating.liveCursor };
    const onEvent = ({ rating }: { cursor: string; rating: Rating | null }): void => {
      if (rating) this.renderRating(rating);
    };
    this.follow(api.subscribe(subscription, variables, onEvent, this.retry));
  }

  private renderRating({ mean, reviewCount }: Rating): void {
    const { speech } = this;
    if (mean === null) return this.render(h('span', { class: 'muted' }, speech.words.notRated));
    const [shown, count] = [speech.number(mean, 1), speech.number(reviewCount)];
    const label = speech.words.rating(shown, count, speech.plural(reviewCount));
    this.render(stars(mean, label), h('span', { class: 'muted', 'aria-hidden': 'true' }, ` ${shown} (${count})`));
  }
}

/** An element that shows a product's list: newest first, page by page, and as it changes. */
import type { Api } from './api.js';
import { h, heading, ProductElement, type ProductNames } from './element.js';
import { LiveList, type Listed, type Page } from './list.js';

/** A page of a product's list. */
export interface ProductPage<Item> {
  id: string;
  page: Page<Item>;
}

export interface ListTexts {
  heading: string;
  empty: string;
  /** Told to people who cannot see that something came. */
  arrived: string;
}

export abstract class ListElement<Item extends Listed> extends ProductElement {
  private list = new LiveList<Item>();

  protected abstract get texts(): ListTexts;
  protected abstract pageAfter(api: Api, names: ProductNames, after?: string | null): Promise<ProductPage<Item> | null>;
  /** @returns what ends the subscription */
  protected abstract subscribe(
    api: Api,
    variables: { id: string; after: string | null },
    onChange: (id: string, item: Item | null) => void,
  ): () => void;
  protected abstract item(item: Item): HTMLElement;

  protected async show(api: Api, names: ProductNames): Promise<void> {
    const product = await this.pageAfter(api, names);
    if (!product) return this.render();
    const { id, page } = product;
    const list = (this.list = new LiveList<Item>());
    list.add(page);
    this.renderList(api, id);
    const onChange = (changed: string, item: Item | null): void => {
      if (list.change(changed, item)) this.announce(this.texts.arrived);
      this.renderList(api, id);
    };
    this.follow(this.subscribe(api, { id, after: page.liveCursor }, onChange));
  }

  private renderList(api: Api, id: string): void {
    const { list, texts } = this;
    const more = h('button', { type: 'button' }, this.speech.words.more);
    more.addEventListener('click', () => void this.more(api, id, list));
    this.render(
      h(
        'section',
        { 'aria-labelledby': 'title' },
        heading(this, texts.heading, 'title'),
        list.all.length === 0
          ? h('p', { class: 'muted' }, texts.empty)
          : h('ul', { role: 'list' }, ...list.all.map((item) => this.item(item))),
        list.hasMore && more,
      ),
    );
  }

  private async more(api: Api, id: string, list: LiveList<Item>): Promise<void> {
    const shown = list.all.length;
    const product = await this.pageAfter(api, { id }, list.cursor);
    if (!product || list !== this.list) return;
    list.add(product.page);
    this.renderList(api, id);
    // Who uses a keyboard goes on where the new ones begin.
    this.shadowRoot?.querySelectorAll<HTMLElement>('article')[shown]?.focus();
  }
}

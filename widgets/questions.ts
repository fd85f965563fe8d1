/** `<plaza-questions>`: a product's questions with their answers, newest first, as they come. */
import type { Api } from './api.js';
import { h, heading, ProductElement, type ProductNames } from './element.js';
import { LiveList, type Page } from './list.js';

interface Answer {
  id: string;
  body: string;
  byMerchant: boolean;
  author: { name: string } | null;
}

interface Question {
  id: string;
  body: string;
  createdAt: string | null;
  author: { name: string } | null;
  answers: { edges: { node: Answer }[] };
}

const fields = 'id body createdAt author { name } answers(first: 3) { edges { node { id body byMerchant author { name } } } }';
const page = `questions(first: $first, after: $after, sort: NEWEST) { edges { node { ${fields} } } pageInfo { hasNextPage endCursor } liveCursor }`;
const query = `query PlazaQuestions($id: ID, $externalId: String, $source: String, $first: Int, $after: String) {
  product(id: $id, externalId: $externalId, source: $source) { id ${page} }
}`;
const subscription = `subscription PlazaQuestionChanged($id: ID!, $after: String) {
  questionChanged(productId: $id, after: $after) { cursor kind questionId question { ${fields} } }
}`;

interface Data {
  product: { id: string; questions: Page<Question> } | null;
}

const pageSize = 5;

export class PlazaQuestions extends ProductElement {
  private list = new LiveList<Question>();

  protected async show(api: Api, names: ProductNames): Promise<void> {
    const { product } = await api.query<Data>(query, { ...names, first: pageSize });
    if (!product) return this.render();
    const list = (this.list = new LiveList<Question>());
    list.add(product.questions);
    this.renderList(api, product.id);
    const variables = { id: product.id, after: product.questions.liveCursor };
    const onEvent = ({ questionId, question }: { cursor: string; questionId: string; question: Question | null }): void => {
      if (list.change(questionId, question)) this.announce(this.speech.words.newQuestion);
      this.renderList(api, product.id);
    };
    this.follow(api.subscribe(subscription, variables, onEvent, this.restart));
  }

  private renderList(api: Api, id: string): void {
    const { words } = this.speech;
    const { list } = this;
    const more = h('button', { type: 'button' }, words.more);
    more.addEventListener('click', () => void this.more(api, id, list));
    this.render(
      h(
        'section',
        { 'aria-labelledby': 'title' },
        heading(this, words.questions, 'title'),
        list.all.length === 0
          ? h('p', { class: 'muted' }, words.noQuestions)
          : h('ul', { role: 'list' }, ...list.all.map((question) => this.item(question))),
        list.hasMore && more,
      ),
    );
  }

  private async more(api: Api, id: string, list: LiveList<Question>): Promise<void> {
    const shown = list.all.length;
    const { product } = await api.query<Data>(query, { id, first: pageSize, after: list.cursor });
    if (!product || list !== this.list) return;
    list.add(product.questions);
    this.renderList(api, id);
    this.shadowRoot?.querySelectorAll<HTMLElement>('article')[shown]?.focus();
  }

  private item({ body, createdAt, author, answers }: Question): HTMLElement {
    const { speech } = this;
    const by = [author?.name ?? speech.words.someone, createdAt && speech.date(createdAt)].filter(Boolean).join(' · ');
    return h(
      'li',
      {},
      h(
        'article',
        { tabindex: '-1' },
        h('p', { class: 'text' }, h('strong', {}, body)),
        h('p', { class: 'muted' }, by),
        ...answers.edges.map(({ node }) => this.answer(node)),
      ),
    );
  }

  private answer({ body, byMerchant, author }: Answer): HTMLElement {
    const { words } = this.speech;
    const by = byMerchant ? words.byMerchant : (author?.name ?? words.someone);
    return h('div', { class: 'answer' }, h('p', { class: 'text' }, body), h('p', { class: 'muted' }, by));
  }
}

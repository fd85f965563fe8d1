/** `<plaza-questions>`: a product's questions with their answers, newest first, as they come. */
import type { Api } from './api.js';
import { h, type ProductNames } from './element.js';
import { ListElement, type ListTexts, type ProductPage } from './list-element.js';
import type { Page } from './list.js';

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

export class PlazaQuestions extends ListElement<Question> {
  protected get texts(): ListTexts {
    const { questions, noQuestions, newQuestion } = this.speech.words;
    return { heading: questions, empty: noQuestions, arrived: newQuestion };
  }

  protected async pageAfter(api: Api, names: ProductNames, after?: string | null): Promise<ProductPage<Question> | null> {
    const { product } = await api.query<Data>(query, { ...names, first: pageSize, after });
    return product && { id: product.id, page: product.questions };
  }

  protected subscribe(
    api: Api,
    variables: { id: string; after: string | null },
    onChange: (id: string, item: Question | null) => void,
  ): () => void {
    const onEvent = ({ questionId, question }: { cursor: string; questionId: string; question: Question | null }): void =>
      onChange(questionId, question);
    return api.subscribe(subscription, variables, onEvent, this.retry);
  }

  protected item({ body, createdAt, author, answers }: Question): HTMLElement {
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

/** Answers to what a page of the storefront asks first, sent with the page, so that it need not wait for its scripts to ask. */
import escapeHtml from 'escape-html';
import type { FastifyRequest } from 'fastify';
import type { PageOperations } from './page-operations.js';

/** The texts of queries by their names, as the storefront was built with them. */
export type FirstQueries = Record<string, string>;

/** A shelf of the shop, as the frame around every page shows it. */
export interface Shelf {
  slug: string;
  name: string;
}

interface Picture {
  url: string;
  large: string;
}

/** Pictures that are seen before anything is scrolled. */
const maxPreloaded = 2;

export class FirstAnswers {
  private constructor(private readonly answers: Record<string, unknown>) {}

  /** @returns null where they cannot be answered now: the page asks for itself then, and hears why */
  static async of(
    request: FastifyRequest,
    operations: PageOperations,
    queries: FirstQueries,
    asked: Record<string, Record<string, unknown>>,
  ): Promise<FirstAnswers | null> {
    try {
      const answering = Object.entries(asked).map(
        async ([name, variables]) => [name, await operations.run<unknown>(request, queries[name]!, variables)] as const,
      );
      return new FirstAnswers(Object.fromEntries(await Promise.all(answering)));
    } catch {
      return null;
    }
  }

  /** A block of data, which no policy takes for a script. */
  script(): string {
    return `<script type="application/json" id="plaza-answers">${JSON.stringify(this.answers).replaceAll('<', '\\u003c')}</script>`;
  }

  shelves(): Shelf[] {
    const { categories } = this.answers['Frame'] as { categories: { edges: { node: Shelf }[] } };
    return categories.edges.map(({ node }) => node);
  }

  /** Has the browser load the first pictures at once. */
  preloads(): string {
    return picturesIn(this.answers)
      .slice(0, maxPreloaded)
      .map(({ url, large }) => {
        const set = escapeHtml(`${url} 1x, ${large} 2x`);
        return `<link rel="preload" as="image" href="${escapeHtml(url)}" imagesrcset="${set}" fetchpriority="high">`;
      })
      .join('');
  }
}

/** The first of each list of pictures. */
function picturesIn(value: unknown): Picture[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isPicture(value)) return [value];
  const inner: unknown[] = Object.values(value);
  return Array.isArray(value) && isPicture(inner[0]) ? [inner[0]] : inner.flatMap(picturesIn);
}

function isPicture(value: unknown): value is Picture {
  return typeof value === 'object' && value !== null && 'url' in value && 'large' in value;
}

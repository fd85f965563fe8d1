/**
 * The page behind the link of an invitation, where a customer reviews without an account, and the one that ends
 * invitations. Both work without a script. What is written goes through the API like any client's.
 */
import { randomBytes } from 'node:crypto';
import escapeHtml from 'escape-html';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { languageOf, message, translate, type Language, type Message, type MessageText } from '../messages/index.js';
import type { PageOperations } from './page-operations.js';

/** What a link is good for; or why it is good for nothing, in a sentence. */
export type OpenedInvitation = { productId: string; title: string; imageUrl: string | null } | { refusal: string };

export interface ReviewPageOptions {
  /** @param acceptLanguage what the reader's browser says that they read */
  openInvitation: (token: string, acceptLanguage: string | undefined) => Promise<OpenedInvitation>;
  isUnsubscribeLink: (token: string) => boolean;
  unsubscribe: (token: string) => Promise<boolean>;
}

type Form = Readonly<Record<string, string | undefined>>;

interface TokenRoute {
  Params: { token: string };
}

const mutation = `mutation InvitedReview($input: CreateReviewInput!) {
  createReview(input: $input) { review { id } held userErrors { message field } }
}`;

const aspects = { quality: 'Quality', price: 'Value for money', service: 'Customer service' } as const;
const maxForm = 64 * 1024;

/** Says things in the language that the reader's browser asks for. */
class Reader {
  readonly language;

  constructor({ headers }: FastifyRequest) {
    this.language = languageOf(headers['accept-language']);
  }

  say(text: MessageText, values: Message['values'] = {}): string {
    return translate(message(text, values), this.language);
  }

  page(reply: FastifyReply, title: string, body: string): FastifyReply {
    return page(reply, title, body, this.language);
  }
}

export async function serveReviewPages(fastify: FastifyInstance, options: ReviewPageOptions, operations: PageOperations): Promise<void> {
  await fastify.register(async (scope) => {
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: maxForm }, (_request, body, done) =>
      done(null, Object.fromEntries(new URLSearchParams(body as string))),
    );
    scope.get<TokenRoute>('/review/:token', { exposeHeadRoute: false, config: { points: 10 } }, async (request, reply) => {
      const reader = new Reader(request);
      const opened = await options.openInvitation(request.params.token, request.headers['accept-language']);
      return 'refusal' in opened
        ? reader.page(reply.status(410), reader.say('Review'), heading(opened.refusal))
        : reader.page(reply, opened.title, formBody(reader, opened, {}, []));
    });
    scope.post<TokenRoute>('/review/:token', { config: { points: 100 } }, async (request, reply) => {
      const reader = new Reader(request);
      const form = (request.body ?? {}) as Form;
      const { token } = request.params;
      const opened = await options.openInvitation(token, request.headers['accept-language']);
      if ('refusal' in opened) return reader.page(reply.status(410), reader.say('Review'), heading(opened.refusal));
      const { held, problems } = await createReview(operations, request, token, opened.productId, form, reader);
      if (problems.length > 0) return reader.page(reply.status(422), opened.title, formBody(reader, opened, form, problems));
      const thanks = held ? 'Thank you! Your review will appear once it has been checked.' : 'Thank you! Your review is published.';
      return reader.page(reply, reader.say('Thank you'), heading(reader.say(thanks)));
    });
    serveUnsubscribePages(scope, options);
  });
}

function serveUnsubscribePages(scope: FastifyInstance, { isUnsubscribeLink, unsubscribe }: ReviewPageOptions): void {
  const invalid = (reader: Reader, reply: FastifyReply): FastifyReply =>
    reader.page(reply.status(404), reader.say('Unsubscribe'), heading(reader.say('This link is not valid.')));
  scope.get<TokenRoute>('/review/unsubscribe/:token', async (request, reply) => {
    const reader = new Reader(request);
    if (!isUnsubscribeLink(request.params.token)) return invalid(reader, reply);
    // Mail programs look at links by themselves: only a click on the button changes anything.
    const button = `<form method="post"><button>${escapeHtml(reader.say('Unsubscribe'))}</button></form>`;
    return reader.page(reply, reader.say('Unsubscribe'), heading(reader.say('No more invitations?')) + button);
  });
  // Mail programs post here by themselves when their user asks for it (RFC 8058).
  scope.post<TokenRoute>('/review/unsubscribe/:token', { config: { points: 10 } }, async (request, reply) => {
    const reader = new Reader(request);
    if (!(await unsubscribe(request.params.token))) return invalid(reader, reply);
    return reader.page(reply, reader.say('Unsubscribed'), heading(reader.say('You will get no more invitations to review.')));
  });
}

interface CreatedReview {
  held: boolean | null;
  userErrors: { message: string; field: string[] }[];
}

interface Problem {
  field: string;
  message: string;
}

async function createReview(
  operations: PageOperations,
  request: FastifyRequest,
  invitation: string,
  productId: string,
  form: Form,
  reader: Reader,
): Promise<{ held: boolean; problems: Problem[] }> {
  const missing = Object.entries(aspects).filter(([aspect]) => !/^[1-5]$/.test(form[aspect] ?? ''));
  if (missing.length > 0) {
    const problems = missing.map(([field, label]) => ({
      field,
      message: reader.say('{aspect}: choose 1 to 5 stars.', { aspect: reader.say(label) }),
    }));
    return { held: false, problems };
  }
  const ratings = Object.fromEntries(Object.keys(aspects).map((aspect) => [aspect, Number(form[aspect])]));
  const input = { productId, invitation, ratings, title: form['title'] ?? '', body: form['body'] ?? '' };
  const { createReview: answer } = await operations.run<{ createReview: CreatedReview }>(request, mutation, { input });
  return { held: answer.held ?? false, problems: answer.userErrors.map(({ message, field }) => ({ field: field.at(-1)!, message })) };
}

/** A page that works without a script. */
export function page(reply: FastifyReply, title: string, body: string, language: Language): FastifyReply {
  const nonce = randomBytes(16).toString('base64url');
  const policy = `default-src 'none'; img-src https: http:; style-src 'nonce-${nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .header('x-robots-tag', 'noindex')
    .header('content-security-policy', policy).send(`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style nonce="${nonce}">${styles}</style>
</head>
<body><main>
${body}
</main></body>
</html>
`);
}

const styles = `body{font:1rem/1.5 system-ui,sans-serif;margin:0;color:#1d2330;background:#f6f7fa}main{max-width:34rem;margin:2rem auto;padding:1.5rem;background:#fff;border-radius:.75rem}h1{font-size:1.4rem;line-height:1.25;margin:.25rem 0 1rem}img{max-width:8rem;max-height:8rem;border-radius:.5rem}fieldset{border:0;padding:0;margin:0 0 1rem}legend,label.text{font-weight:600;display:block;margin-bottom:.25rem}.stars{display:flex;gap:.75rem}.stars label{display:flex;align-items:center;gap:.25rem;min-height:44px}.stars input{width:1.25rem;height:1.25rem}input[type=text],textarea{box-sizing:border-box;width:100%;font:inherit;padding:.5rem;border:1px solid #6b7280;border-radius:.375rem;margin-bottom:1rem}textarea{min-height:9rem}button{font:inherit;font-weight:600;padding:.75rem 1.5rem;border:0;border-radius:.5rem;background:#1d4ed8;color:#fff;cursor:pointer}button:focus-visible,input:focus-visible,textarea:focus-visible{outline:3px solid #f59e0b;outline-offset:2px}.problems{border-left:4px solid #b91c1c;padding:.5rem 1rem;margin:0 0 1rem;color:#7f1d1d;background:#fef2f2}`;

function heading(text: string): string {
  return `<h1>${escapeHtml(text)}</h1>`;
}

function formBody(
  reader: Reader,
  { title, imageUrl }: { title: string; imageUrl: string | null },
  form: Form,
  problems: readonly Problem[],
): string {
  const say = (text: MessageText, values?: Message['values']): string => escapeHtml(reader.say(text, values));
  const list = problems.map(({ message }) => `<li>${escapeHtml(message)}</li>`).join('');
  const image = imageUrl ? `<img src="${escapeHtml(imageUrl)}" alt="">` : '';
  return `${image}<h1>${say('How do you like {product}?', { product: title })}</h1>
${problems.length > 0 ? `<div class="problems" role="alert"><ul>${list}</ul></div>` : ''}
<form method="post">
${Object.entries(aspects)
  .map(([aspect, label]) => starsOf(aspect, say(label), form[aspect]))
  .join('\n')}
<label class="text" for="title">${say('Title (optional)')}</label>
<input type="text" id="title" name="title" maxlength="200" value="${escapeHtml(form['title'] ?? '')}">
<label class="text" for="body">${say('Your review')}</label>
<textarea id="body" name="body" required maxlength="10000">${escapeHtml(form['body'] ?? '')}</textarea>
<button>${say('Publish review')}</button>
</form>`;
}

function starsOf(aspect: string, label: string, chosen: string | undefined): string {
  const stars = [1, 2, 3, 4, 5].map(
    (count) =>
      `<label><input type="radio" name="${aspect}" value="${count}" required${chosen === String(count) ? ' checked' : ''}>${count}<span aria-hidden="true">★</span></label>`,
  );
  return `<fieldset><legend>${label}</legend><div class="stars">${stars.join('')}</div></fieldset>`;
}

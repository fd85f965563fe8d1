/**
 * The page behind the link of an invitation, where a customer reviews without an account, and the one that ends
 * invitations. Both work without a script. What is written goes through the API like any client's.
 */
import { randomBytes } from 'node:crypto';
import escapeHtml from 'escape-html';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
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

const aspects = { quality: 'Quality', price: 'Value for the price', service: 'Service of the shop' } as const;
const maxForm = 64 * 1024;

export async function serveReviewPages(fastify: FastifyInstance, options: ReviewPageOptions, operations: PageOperations): Promise<void> {
  await fastify.register(async (scope) => {
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: maxForm }, (_request, body, done) =>
      done(null, Object.fromEntries(new URLSearchParams(body as string))),
    );
    scope.get<TokenRoute>('/review/:token', { exposeHeadRoute: false, config: { points: 10 } }, async (request, reply) => {
      const opened = await options.openInvitation(request.params.token, request.headers['accept-language']);
      return 'refusal' in opened
        ? page(reply.status(410), 'Review', refusalBody(opened.refusal))
        : page(reply, opened.title, formBody(opened, {}, []));
    });
    scope.post<TokenRoute>('/review/:token', { config: { points: 100 } }, async (request, reply) => {
      const form = (request.body ?? {}) as Form;
      const { token } = request.params;
      const opened = await options.openInvitation(token, request.headers['accept-language']);
      if ('refusal' in opened) return page(reply.status(410), 'Review', refusalBody(opened.refusal));
      const { held, problems } = await createReview(operations, request, token, opened.productId, form);
      if (problems.length > 0) return page(reply.status(422), opened.title, formBody(opened, form, problems));
      const thanks = held ? 'Thank you! Your review appears once it was checked.' : 'Thank you! Your review is published.';
      return page(reply, 'Thank you', `<h1 tabindex="-1">${thanks}</h1>`);
    });
    serveUnsubscribePages(scope, options);
  });
}

function serveUnsubscribePages(scope: FastifyInstance, { isUnsubscribeLink, unsubscribe }: ReviewPageOptions): void {
  scope.get<TokenRoute>('/review/unsubscribe/:token', async (request, reply) => {
    if (!isUnsubscribeLink(request.params.token)) return page(reply.status(404), 'Unsubscribe', refusalBody('This link is not valid.'));
    // Mail programs look at links by themselves: only a click on the button changes anything.
    return page(reply, 'Unsubscribe', '<h1>No more invitations?</h1><form method="post"><button>Unsubscribe</button></form>');
  });
  // Mail programs post here by themselves when their user asks for it (RFC 8058).
  scope.post<TokenRoute>('/review/unsubscribe/:token', { config: { points: 10 } }, async (request, reply) => {
    if (!(await unsubscribe(request.params.token))) return page(reply.status(404), 'Unsubscribe', refusalBody('This link is not valid.'));
    return page(reply, 'Unsubscribed', '<h1>You will get no more invitations to review.</h1>');
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
): Promise<{ held: boolean; problems: Problem[] }> {
  const missing = Object.entries(aspects).filter(([aspect]) => !/^[1-5]$/.test(form[aspect] ?? ''));
  if (missing.length > 0)
    return { held: false, problems: missing.map(([field, label]) => ({ field, message: `${label}: choose 1 to 5 stars.` })) };
  const ratings = Object.fromEntries(Object.keys(aspects).map((aspect) => [aspect, Number(form[aspect])]));
  const input = { productId, invitation, ratings, title: form['title'] ?? '', body: form['body'] ?? '' };
  const { createReview: answer } = await operations.run<{ createReview: CreatedReview }>(request, mutation, { input });
  return { held: answer.held ?? false, problems: answer.userErrors.map(({ message, field }) => ({ field: field.at(-1)!, message })) };
}

/** A page that works without a script. */
export function page(reply: FastifyReply, title: string, body: string, language = 'en'): FastifyReply {
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

function refusalBody(refusal: string): string {
  return `<h1>${escapeHtml(refusal)}</h1>`;
}

function formBody({ title, imageUrl }: { title: string; imageUrl: string | null }, form: Form, problems: readonly Problem[]): string {
  const list = problems.map(({ message }) => `<li>${escapeHtml(message)}</li>`).join('');
  const image = imageUrl ? `<img src="${escapeHtml(imageUrl)}" alt="">` : '';
  return `${image}<h1>How do you like ${escapeHtml(title)}?</h1>
${problems.length > 0 ? `<div class="problems" role="alert"><ul>${list}</ul></div>` : ''}
<form method="post">
${Object.entries(aspects)
  .map(([aspect, label]) => starsOf(aspect, label, form[aspect]))
  .join('\n')}
<label class="text" for="title">Title (optional)</label>
<input type="text" id="title" name="title" maxlength="200" value="${escapeHtml(form['title'] ?? '')}">
<label class="text" for="body">Your review</label>
<textarea id="body" name="body" required maxlength="10000">${escapeHtml(form['body'] ?? '')}</textarea>
<button>Publish review</button>
</form>`;
}

function starsOf(aspect: string, label: string, chosen: string | undefined): string {
  const stars = [1, 2, 3, 4, 5].map(
    (count) =>
      `<label><input type="radio" name="${aspect}" value="${count}" required${chosen === String(count) ? ' checked' : ''}>${count}<span aria-hidden="true">★</span></label>`,
  );
  return `<fieldset><legend>${label}</legend><div class="stars">${stars.join('')}</div></fieldset>`;
}

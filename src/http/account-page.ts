/**
 * A plain page behind the links in mails about accounts, for shops without a page of their own. The token stands behind
 * the `#` of the address, which browsers send to nobody.
 */
import { randomBytes } from 'node:crypto';
import escapeHtml from 'escape-html';
import type { FastifyInstance } from 'fastify';
import { languageOf, translate, type Language, type MessageText } from '../messages/index.js';

/** @param graphqlPath where the page sends the token, from its own address on */
export function serveAccountPage(fastify: FastifyInstance, graphqlPath: string): void {
  fastify.get('/account', (request, reply) => {
    const nonce = randomBytes(16).toString('base64url');
    return reply
      .type('text/html')
      .header('cache-control', 'no-store')
      .header('content-security-policy', policy(nonce))
      .send(pageWith(nonce, graphqlPath.slice(1), languageOf(request.headers['accept-language'])));
  });
}

function policy(nonce: string): string {
  const allowed = `script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; connect-src 'self'`;
  return `default-src 'none'; ${allowed}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

/** The token leaves the address at once, so that no history keeps it. Nothing happens before the person asks for it. */
const script = (graphqlPath: string, say: (text: MessageText) => string): string => `
const [, action, token] = /^#(confirm-email|reset-password)=([\\w.~-]+)$/.exec(location.hash) ?? [];
history.replaceState(null, '', location.pathname);
const operations = {
  'confirm-email': {
    title: ${say('Confirm your email address')}, done: ${say('Your email address is confirmed.')},
    query: 'mutation ($token: String!) { answer: confirmEmail(input: { token: $token }) { userErrors { message } } }',
  },
  'reset-password': {
    title: ${say('Set a new password')}, done: ${say('Your password was changed. Sign in with the new password.')},
    query: 'mutation ($token: String!, $newPassword: String!) { answer: resetPassword(input: { token: $token, newPassword: $newPassword }) { userErrors { message } } }',
  },
};
const operation = operations[action];
const form = document.querySelector('form');
const password = form.querySelector('input');
const say = (text) => (document.querySelector('[role=status]').textContent = text);
if (operation) {
  document.title = document.querySelector('h1').textContent = operation.title;
  form.hidden = false;
  if (action === 'confirm-email') form.querySelector('label').remove();
} else say(${say('This link is incomplete. Open it from the email again.')});
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  say('');
  try {
    const body = JSON.stringify({ query: operation.query, variables: { token, newPassword: password.value } });
    const response = await fetch('${graphqlPath}', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const { data, errors } = await response.json();
    const wrong = errors ?? data.answer.userErrors;
    if (wrong.length > 0) return say(wrong.map(({ message }) => message).join(' '));
    form.hidden = true;
    say(operation.done);
  } catch {
    say(${say('The shop can’t be reached. Try again.')});
  }
});
`;

function pageWith(nonce: string, graphqlPath: string, language: Language): string {
  const say = (text: MessageText): string => escapeHtml(translate({ text }, language));
  // No text can end the script's element.
  const quoted = (text: MessageText): string => JSON.stringify(translate({ text }, language)).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${say('Your account')}</title>
<style nonce="${nonce}">body{font:16px/1.5 system-ui,sans-serif;max-width:28rem;margin:3rem auto;padding:0 1rem;color:#1d2330}label,input,button{display:block;font:inherit}input{width:100%;box-sizing:border-box;padding:.5rem;margin:.25rem 0 1rem}button{padding:.5rem 1.5rem}form[hidden]{display:none}</style>
</head>
<body>
<h1>${say('Your account')}</h1>
<form hidden>
<label>${say('New password')} <input type="password" autocomplete="new-password" minlength="8" maxlength="128"></label>
<button>${say('Continue')}</button>
</form>
<p role="status"></p>
<noscript>${say('This page needs JavaScript.')}</noscript>
<script nonce="${nonce}">${script(graphqlPath, quoted)}</script>
</body>
</html>
`;
}

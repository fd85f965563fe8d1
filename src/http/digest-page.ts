/** The page behind the last link of mails about notifications, which ends them. */
import escapeHtml from 'escape-html';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { languageOf, translate, type MessageText } from '../messages/index.js';
import { page } from './review-page.js';

export interface DigestPageOptions {
  digests: {
    isUnsubscribeLink: (token: string) => boolean;
    unsubscribe: (token: string) => Promise<boolean>;
  };
}

interface TokenRoute {
  Params: { token: string };
}

const path = '/notifications/unsubscribe/:token';

export async function serveDigestPages(fastify: FastifyInstance, { digests }: DigestPageOptions): Promise<void> {
  await fastify.register(async (scope) => {
    // Mail programs post `List-Unsubscribe=One-Click`, of which nothing is needed.
    const parser = { parseAs: 'string', bodyLimit: 1024 } as const;
    scope.addContentTypeParser(['application/x-www-form-urlencoded', 'multipart/form-data'], parser, (_request, _body, done) =>
      done(null, null),
    );
    scope.get<TokenRoute>(path, { exposeHeadRoute: false }, async (request, reply) => {
      if (!digests.isUnsubscribeLink(request.params.token)) return answer(request, reply.status(404), 'This link is not valid.');
      // Mail programs look at links by themselves: only a click on the button changes anything.
      return answer(request, reply, 'No more emails about notifications?', { button: true });
    });
    // Mail programs post here by themselves when their user asks for it (RFC 8058).
    scope.post<TokenRoute>(path, { config: { points: 10 } }, async (request, reply) => {
      if (!(await digests.unsubscribe(request.params.token))) return answer(request, reply.status(404), 'This link is not valid.');
      return answer(request, reply, 'You will get no more emails about notifications.');
    });
  });
}

function answer(request: FastifyRequest, reply: FastifyReply, text: MessageText, { button = false } = {}): FastifyReply {
  const language = languageOf(request.headers['accept-language']);
  const say = (text: MessageText): string => escapeHtml(translate({ text }, language));
  const form = button ? `<form method="post"><button>${say('Unsubscribe')}</button></form>` : '';
  return page(reply, translate({ text: 'Unsubscribe' }, language), `<h1>${say(text)}</h1>${form}`, language);
}

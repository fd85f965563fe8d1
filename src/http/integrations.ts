/** `POST /integrations/<platform>` takes signed messages of shop systems. The bytes are kept as they came, since those are signed. */
import type { FastifyInstance } from 'fastify';

type Platform = 'SHOPIFY' | 'WOOCOMMERCE' | 'GENERIC';
type Reception = 'TAKEN' | 'NOT_CONFIGURED' | 'WRONG_SIGNATURE' | 'MALFORMED';

interface SentMessage {
  platform: Platform;
  source: string | null;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
}

export interface IntegrationRouteOptions {
  /** Stores the message before it answers. */
  receiveMessage: (message: SentMessage) => Promise<Reception>;
}

const platforms: Readonly<Record<string, Platform>> = { shopify: 'SHOPIFY', woocommerce: 'WOOCOMMERCE', generic: 'GENERIC' };

const refusals: Record<Exclude<Reception, 'TAKEN'>, { status: number; code: string; message: string }> = {
  NOT_CONFIGURED: { status: 404, code: 'NOT_FOUND', message: 'There is no such integration. Create it with createIntegration.' },
  WRONG_SIGNATURE: { status: 401, code: 'UNAUTHENTICATED', message: 'The signature is missing, wrong or too old.' },
  MALFORMED: { status: 400, code: 'BAD_USER_INPUT', message: 'A header is missing that names the message or its topic.' },
};

export async function serveIntegrations(fastify: FastifyInstance, { receiveMessage }: IntegrationRouteOptions): Promise<void> {
  await fastify.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    const priced = { config: { points: 10 } };
    scope.post<{ Params: { platform: string }; Querystring: { source?: unknown } }>(
      '/integrations/:platform',
      priced,
      async (request, reply) => {
        const { params, query, headers } = request;
        const platform = Object.hasOwn(platforms, params.platform) ? platforms[params.platform] : undefined;
        const source = typeof query.source === 'string' && query.source !== '' ? query.source : null;
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const outcome = platform ? await receiveMessage({ platform, source, headers, body }) : 'NOT_CONFIGURED';
        if (outcome === 'TAKEN') return reply.status(200).send({ status: 'taken' });
        const { status, code, message } = refusals[outcome];
        return reply.status(status).send({ errors: [{ message, extensions: { code } }] });
      },
    );
  });
}

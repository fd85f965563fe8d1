/** The playground, served wholly from npm packages, with the example operations laid out in tabs. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import { getDistDirectory, isSandboxFrame, renderAltair } from 'altair-static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { playgroundPolicy, sandboxPolicy, workerPolicy } from './playground-policy.js';

const directory = fileURLToPath(new URL('../../schema/examples/', import.meta.url));
export const playgroundPath = '/playground/';
const base = playgroundPath;

/** Keeps the access token that a signing-in operation answers, for the other tabs. */
const rememberToken = `
const { body } = altair.response;
const { data } = typeof body === 'string' ? JSON.parse(body) : body;
const { accessToken } = Object.values(data).find((answer) => answer && answer.accessToken) || {};
if (accessToken) await altair.helpers.setEnvironment('accessToken', accessToken, true);
`;

export async function servePlayground(fastify: FastifyInstance, graphqlPath: string): Promise<void> {
  const examples = exampleOperations();
  fastify.get('/', (_request, reply) => reply.redirect(base));
  fastify.get('/playground', (_request, reply) => reply.redirect(base));
  fastify.get(base, (request, reply) => {
    const nonce = randomBytes(16).toString('base64url');
    const page = pageFor(addressOf(request, graphqlPath), examples, nonce);
    return reply.type('text/html').header('content-security-policy', playgroundPolicy(nonce)).send(page);
  });
  await fastify.register(fastifyStatic, {
    root: getDistDirectory(),
    prefix: base,
    index: false,
    setHeaders: (response, path) => {
      if (isSandboxFrame(path)) response.header('content-security-policy', sandboxPolicy);
      else if (basename(path).startsWith('worker-')) response.header('content-security-policy', workerPolicy);
    },
  });
}

/** The page wants whole URLs; the host is the one that the browser asked, as far as it looks like one. */
function addressOf({ host, protocol }: FastifyRequest, path: string): string {
  return /^[\w.:[\]-]+$/.test(host) ? `${protocol}://${host}${path}` : path;
}

function pageFor(endpointURL: string, examples: ExampleOperation[], cspNonce: string): string {
  const endpoints = {
    endpointURL,
    subscriptionsEndpoint: endpointURL.replace(/^http/, 'ws'),
    initialSubscriptionRequestHandlerId: 'graphql-ws',
  } as const;
  return renderAltair({
    baseURL: base,
    cspNonce,
    ...endpoints,
    initialWindows: examples.map(({ name, query, variables }) => ({
      ...endpoints,
      initialName: name,
      initialQuery: query,
      initialVariables: variables,
      initialHeaders: { authorization: 'Bearer {{accessToken}}' },
      initialSubscriptionsPayload: { authorization: 'Bearer {{accessToken}}' },
      ...(query.includes('accessToken') && { initialPostRequestScript: rememberToken }),
    })),
    initialEnvironments: {
      activeSubEnvironment: 'plaza',
      subEnvironments: [{ id: 'plaza', title: 'Plaza', variables: { accessToken: '' } }],
    },
    initialSettings: {
      'alert.disableUpdateNotification': true,
      'alert.disableWarnings': true,
      'schema.reloadOnStart': true,
      'banners.disable': true,
    },
    disableAccount: true,
    preserveState: false,
  });
}

interface ExampleOperation {
  name: string;
  query: string;
  variables: string;
}

/** What the playground opens with: it shows the last of its tabs. */
const shownFirst = '02-product-page.graphql';

/** `NN-name.graphql`, with the variables beside it in `NN-name.json` where it has any. */
function exampleOperations(): ExampleOperation[] {
  const files = readdirSync(directory).sort();
  return files
    .filter((file) => file.endsWith('.graphql'))
    .sort((a, b) => Number(a === shownFirst) - Number(b === shownFirst))
    .map((file) => {
      const variables = file.replace('.graphql', '.json');
      const name = file.slice(3, -'.graphql'.length).replaceAll('-', ' ');
      return {
        name: name[0]!.toUpperCase() + name.slice(1),
        query: readFileSync(join(directory, file), 'utf8'),
        variables: files.includes(variables) ? readFileSync(join(directory, variables), 'utf8') : '{}',
      };
    });
}

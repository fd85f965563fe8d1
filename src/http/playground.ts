/** The playground, served wholly from npm packages, with the example operations laid out in tabs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { getDistDirectory, isSandboxFrame, renderAltair, SANDBOX_FRAME_CSP } from 'altair-static';
import type { FastifyInstance } from 'fastify';

const examples = new URL('../../schema/examples/', import.meta.url);
const base = '/playground/';

/** Keeps the access token that a signing-in operation answers, for the other tabs. */
const rememberToken = `
const answers = Object.values(altair.response.body?.data ?? altair.data?.data ?? {});
const token = answers.find((answer) => answer?.accessToken)?.accessToken;
if (token) await altair.helpers.setEnvironment('accessToken', token);
`;

export async function servePlayground(fastify: FastifyInstance, graphqlPath: string): Promise<void> {
  const page = renderAltair({
    baseURL: base,
    endpointURL: graphqlPath,
    subscriptionsEndpoint: graphqlPath,
    initialSubscriptionRequestHandlerId: 'graphql-ws',
    initialWindows: exampleOperations().map(({ name, query, variables }) => ({
      initialName: name,
      endpointURL: graphqlPath,
      subscriptionsEndpoint: graphqlPath,
      initialQuery: query,
      initialVariables: variables,
      initialHeaders: { authorization: 'Bearer {{accessToken}}' },
      initialSubscriptionRequestHandlerId: 'graphql-ws',
      initialSubscriptionsPayload: { authorization: 'Bearer {{accessToken}}' },
      ...(query.includes('accessToken') && { initialPostRequestScript: rememberToken }),
    })),
    initialEnvironments: { base: { title: 'Plaza', variables: { accessToken: '' } } },
    initialSettings: {
      'alert.disableUpdateNotification': true,
      'alert.disableWarnings': true,
      'schema.reloadOnStart': true,
      'banners.disable': true,
    },
    disableAccount: true,
    preserveState: false,
  });
  fastify.get('/', (_request, reply) => reply.redirect(base));
  fastify.get('/playground', (_request, reply) => reply.redirect(base));
  fastify.get(base, (_request, reply) => reply.type('text/html').send(page));
  await fastify.register(fastifyStatic, {
    root: getDistDirectory(),
    prefix: base,
    index: false,
    setHeaders: (response, path) => {
      if (isSandboxFrame(path)) response.header('content-security-policy', SANDBOX_FRAME_CSP);
    },
  });
}

interface ExampleOperation {
  name: string;
  query: string;
  variables: string;
}

/** `NN-name.graphql`, with the variables beside it in `NN-name.json` where it has any. */
function exampleOperations(): ExampleOperation[] {
  const directory = examples.pathname;
  const files = readdirSync(directory).sort();
  return files
    .filter((file) => file.endsWith('.graphql'))
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

/** Serves the documentation, which VitePress has built, under a policy that lets in the scripts of its own pages only. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { ownFilesOnly } from './content-policy.js';

const docsPath = '/docs/';
const root = fileURLToPath(new URL('../../web/docs/dist/', import.meta.url));

export async function serveDocs(fastify: FastifyInstance): Promise<void> {
  fastify.get('/docs', (_request, reply) => reply.redirect(docsPath));
  if (!existsSync(join(root, 'index.html'))) {
    const sentence = 'The documentation is not built. Run "npm run build:docs" and start the server again.\n';
    fastify.get(`${docsPath}*`, (_request, reply) => reply.status(404).type('text/plain').send(sentence));
    return;
  }
  const policies = new Map<string, string>();
  await fastify.register(fastifyStatic, {
    root,
    prefix: docsPath,
    redirect: false,
    // As people type them; the pages' own links have the whole name.
    extensions: ['html'],
    index: ['index.html', 'README.html'],
    decorateReply: false,
    setHeaders(response, path) {
      if (!path.endsWith('.html')) return;
      const policy = policies.get(path) ?? policyOf(readFileSync(path, 'utf8'));
      policies.set(path, policy);
      response.header('content-security-policy', policy);
    },
  });
}

/** The scripts in a page are known when it is built; highlighted code has its colours in attributes. */
function policyOf(html: string): string {
  const scripts = html
    .split('<script')
    .slice(1)
    .map((part) => part.slice(part.indexOf('>') + 1, part.indexOf('</script>')));
  const hashes = scripts.filter(Boolean).map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  return ownFilesOnly({ scripts: [...new Set(hashes)], styles: ["'unsafe-inline'"] });
}

/** What the playground's pages may load: their own files, and nothing from anywhere else. */

/**
 * The page itself. No script but its own files and the one with the nonce is loaded, and nothing leaves for another
 * host. Where a page may not evaluate, Altair evaluates the scripts of requests in a frame of its makers' instead of a
 * worker, so that it may.
 */
export function playgroundPolicy(nonce: string): string {
  return policy({
    'default-src': "'none'",
    'script-src': `'self' 'nonce-${nonce}' 'unsafe-eval'`,
    'style-src': "'self' 'unsafe-inline'",
    'img-src': "'self' data:",
    'font-src': "'self' data:",
    'connect-src': "'self'",
    'worker-src': "'self' blob:",
    'frame-src': "'self'",
    'base-uri': "'self'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  });
}

/** The workers, one of which evaluates the scripts of requests. They have no network. */
export const workerPolicy = policy({ 'default-src': "'none'", 'script-src': "'self' 'unsafe-eval'" });

/** Frames for plugins have an origin of their own. */
export const sandboxPolicy = policy({ sandbox: 'allow-scripts', 'default-src': "'none'", 'frame-ancestors': "'none'" });

function policy(directives: Record<string, string>): string {
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');
}

/** Content security policies of built pages. */

/**
 * Nothing but the page's own files is loaded, and nothing leaves for another host.
 * @param more sources of scripts and styles that stand in the page itself, such as hashes and nonces
 */
export function ownFilesOnly(more: { scripts?: readonly string[]; styles: readonly string[] }): string {
  const { scripts = [], styles } = more;
  return [
    "default-src 'none'",
    ["script-src 'self'", ...scripts].join(' '),
    ["style-src 'self'", ...styles].join(' '),
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

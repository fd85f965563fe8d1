/** Where refresh tokens go: into the answer, or into a cookie of the browser. */
import type { RequestContext } from '../../relay/context.js';
import type { Credentials } from './session.service.js';

/** Where the browser keeps the refresh token, no script is given it. */
export function keptInCookie(
  { refreshCookie }: RequestContext,
  opened: Credentials,
): Omit<Credentials, 'refreshToken'> & { refreshToken: string | null } {
  if (!refreshCookie) return opened;
  refreshCookie.write(opened.refreshToken, opened.refreshTokenExpiresAt);
  return { ...opened, refreshToken: null };
}

/** The keys by which others' tokens are checked, as they publish them (JWKS). */
import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors as jose, type JWTVerifyGetKey } from 'jose';
import { boundedFetch } from './exchange.js';

/** The keys cannot be fetched, and the token's is not among those of the last time. */
export class KeysUnavailable extends Error {}

/** Milliseconds. What was withdrawn meanwhile is not trusted for ever. */
const lastTimeLasts = 24 * 60 * 60 * 1000;
/** Milliseconds in which keys that could not be fetched are not asked for again, so that nobody waits for them each time. */
const pauseAfterFailure = 10_000;
const bounds = { timeout: 5_000, maxBytes: 1024 * 1024 };

/**
 * Finds the key of a token. While the keys cannot be fetched, those of the last time go on for a day: a provider
 * that is away for an hour signs nobody out. The function throws KeysUnavailable, and what jose throws for tokens of unknown keys.
 * @param onFailure told why the keys could not be fetched
 */
export function publishedKeys(url: string, onFailure: (error: unknown) => void): JWTVerifyGetKey {
  const published = createRemoteJWKSet(new URL(url), { [customFetch]: boundedFetch(bounds) });
  let failedAt = Number.NEGATIVE_INFINITY;
  let knownAt = Number.NEGATIVE_INFINITY;

  const fromLastTime: JWTVerifyGetKey = async (header, token) => {
    const last = published.jwks();
    if (!last || Date.now() - knownAt > lastTimeLasts) throw new KeysUnavailable();
    return createLocalJWKSet(last)(header, token).catch((error: unknown) => {
      // It may be a new one.
      throw error instanceof jose.JWKSNoMatchingKey ? new KeysUnavailable() : error;
    });
  };

  return async (header, token) => {
    if (Date.now() - failedAt < pauseAfterFailure) return fromLastTime(header, token);
    try {
      const key = await published(header, token);
      knownAt = Date.now();
      return key;
    } catch (error) {
      if (isAboutToken(error)) throw error;
      failedAt = Date.now();
      onFailure(error);
      return fromLastTime(header, token);
    }
  };
}

function isAboutToken(error: unknown): boolean {
  return [jose.JWKSNoMatchingKey, jose.JWKSMultipleMatchingKeys, jose.JOSENotSupported].some((kind) => error instanceof kind);
}

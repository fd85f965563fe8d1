/** Addresses of pictures and pages: they are shown to others, so that only what is harmless in a link is taken. */

export const maxAddressLength = 2_048;

/** @returns the address in its usual form, or null for anything but an http or https address without credentials */
export function webAddress(text: string): string | null {
  if (text.length > maxAddressLength || /[\s\p{C}]/u.test(text)) return null;
  const url = parse(text);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null;
  if (url.username !== '' || url.password !== '' || url.href.length > maxAddressLength) return null;
  return url.href;
}

function parse(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

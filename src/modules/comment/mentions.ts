/** Who is named in a text, as `@handle`. */

/** Not within a word or an address: `me@example.org` names nobody. */
const mention = /(?<![\w@.])@([A-Za-z0-9_]{3,30})(?!\w)/g;

/** The handles, each once whatever its case, in order. */
export function mentionedHandles(text: string): string[] {
  const handles = [...text.matchAll(mention)].map((match) => match[1]!.toLowerCase());
  return [...new Set(handles)];
}

/** The same text, where it names the given handle no more. */
export function withoutMention(text: string, handle: string): string {
  return text.replace(mention, (whole, named: string) => (named.toLowerCase() === handle.toLowerCase() ? '@someone' : whole));
}

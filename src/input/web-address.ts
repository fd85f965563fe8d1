/** Addresses of pictures and pages: they are shown to others, so that only what is harmless in a link is taken. */
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

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

/** Takes any text; whether it is an address is a rule for input, so that it is answered like the others. */
export const WebAddress = new GraphQLScalarType<string, string>({
  name: 'URL',
  description: `An http or https address of at most ${maxAddressLength.toLocaleString('en')} characters, without a user name or password.`,
  specifiedByURL: 'https://url.spec.whatwg.org/',
  serialize: String,
  parseValue: (value) => textOf(value),
  parseLiteral: (node) => textOf(node.kind === Kind.STRING ? node.value : undefined),
});

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new GraphQLError('URL cannot represent a non string value.');
  return value;
}

/** What a client takes, as its `Accept` says. */
import Negotiator from 'negotiator';

const json = 'application/json; charset=utf-8';
const graphqlResponse = 'application/graphql-response+json; charset=utf-8';
const eventStream = 'text/event-stream';

/** The type that the client likes best; null where it takes none that there is. */
export function answerType(accept: string | undefined): string | null {
  if (!accept || accept === '*/*') return json;
  return likedTypes(accept, [json, graphqlResponse])[0] ?? null;
}

/**
 * The status and the type of an answer whose operation did not run. Clients that know only `application/json` take
 * any other status than 200 for a fault of the network. Source: GraphQL over HTTP, 2023.
 */
export function refusalFormat(accept = ''): { status: number; type: string } {
  const type = answerType(accept) ?? json;
  return { status: type === json && names(accept, 'application/json') ? 200 : 400, type };
}

/** How a client takes streams of events: rather than anything else, at all, or not. Who takes anything means JSON. */
export function likesStreams(accept = ''): 'best' | 'too' | 'not' {
  if (!names(accept, eventStream)) return 'not';
  const liked = likedTypes(accept, [json, graphqlResponse, eventStream]);
  return liked[0] === eventStream ? 'best' : liked.includes(eventStream) ? 'too' : 'not';
}

function likedTypes(accept: string, types: string[]): string[] {
  return new Negotiator({ headers: { accept } }).mediaTypes(types);
}

function names(accept: string, type: string): boolean {
  return accept.toLowerCase().includes(type);
}

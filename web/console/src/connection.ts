/** What a list has after its next page has come. */
export function withNextPage<Connection extends { edges: readonly unknown[] }>(before: Connection, next: Connection): Connection {
  return { ...next, edges: [...before.edges, ...next.edges] };
}

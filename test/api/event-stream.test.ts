import { createHash } from 'node:crypto';
import { createClient } from 'graphql-sse';
import { describe, expect, test } from 'vitest';
import { usePlaza, type Account } from '../support/plaza.js';

const plaza = usePlaza();
const live = 'subscription ($id: ID!, $after: String) { commentAdded(subjectId: $id, after: $after) { cursor comment { body } } }';

/** What urql takes, as it says it. */
const takesAll = 'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed';

/** Posts and reads the beginning of the answer, which may be a stream that does not end. */
async function post(accept: string, body: object) {
  const abort = new AbortController();
  const headers = { accept, 'content-type': 'application/json' };
  const response = await fetch(`${plaza.url}/graphql`, { method: 'POST', headers, body: JSON.stringify(body), signal: abort.signal });
  const type = response.headers.get('content-type')!.split(';')[0];
  const answer = type === 'text/event-stream' ? null : ((await response.json()) as { errors?: { extensions: { code: string } }[] });
  abort.abort();
  return { status: response.status, type, code: answer?.errors?.[0]?.extensions.code };
}

async function scene() {
  const merchant = await plaza.account({ merchant: true });
  return { author: await plaza.account(), id: await plaza.product(merchant) };
}

function comment(author: Account, subjectId: string, body: string) {
  return plaza.mutate('addComment', { subjectId, body }, 'comment { id }', author.token);
}

interface StreamedEvent {
  id: string | undefined;
  event: string;
  data: { data: { commentAdded: { cursor: string; comment: { body: string } } } };
}

/** Reads a stream as a browser's EventSource would. */
async function openStream(variables: object, headers: Record<string, string> = {}) {
  const abort = new AbortController();
  const response = await fetch(`${plaza.url}/graphql`, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: live, variables }),
    signal: abort.signal,
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    response,
    stop: () => abort.abort(),
    async next(): Promise<StreamedEvent> {
      for (;;) {
        const end = text.indexOf('\n\n');
        const block = end < 0 ? null : text.slice(0, end);
        if (block !== null) text = text.slice(end + 2);
        if (block?.includes('event:')) {
          const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1];
          return { id: field('id'), event: field('event')!, data: JSON.parse(field('data') || 'null') as StreamedEvent['data'] };
        }
        if (block !== null) continue;
        const { value, done } = await reader.read();
        if (done) throw new Error('the stream has ended');
        text += value;
      }
    },
  };
}

describe('an event stream', () => {
  test('works with the protocol’s own client', async () => {
    const { author, id } = await scene();
    const client = createClient({ url: `${plaza.url}/graphql`, singleConnection: false, retryAttempts: 0 });
    const events = client.iterate<{ commentAdded: { comment: { body: string } } }>({ query: live, variables: { id } });
    let first!: ReturnType<typeof events.next>;
    await plaza.admits(1, () => (first = events.next()));
    await comment(author, id, 'streamed');
    expect((await first).value).toMatchObject({ data: { commentAdded: { comment: { body: 'streamed' } } } });
    await events.return!(undefined);
    client.dispose();
  });

  test('answers queries too, and then is complete', async () => {
    const client = createClient({ url: `${plaza.url}/graphql`, singleConnection: false, retryAttempts: 0 });
    const answers: unknown[] = [];
    for await (const answer of client.iterate({ query: '{ __typename }' })) answers.push(answer);
    expect(answers).toMatchObject([{ data: { __typename: 'Query' }, extensions: { cost: { requested: 1 } } }]);
    client.dispose();
  });

  test.each(['query', 'mutation'])('is not what a %s gets whose client would rather have JSON, as urql says', async (kind) => {
    const query = kind === 'query' ? '{ __typename }' : 'mutation { trackEvents(input: { visitorId: "v", events: [] }) { acceptedCount } }';
    const send = (accept: string) =>
      fetch(`${plaza.url}/graphql`, {
        method: 'POST',
        headers: { accept, 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
    const answer = await send(takesAll);
    expect(answer.headers.get('content-type')).toContain('application/graphql-response+json');
    expect(await answer.json()).toMatchObject({ data: kind === 'query' ? { __typename: 'Query' } : {} });
    for (const accept of ['text/event-stream', 'text/event-stream, application/json', 'application/json;q=0.5, text/event-stream'])
      expect((await send(accept)).headers.get('content-type')).toContain('text/event-stream');
  });

  test('is what a subscription gets wherever the client takes one', async () => {
    const { author, id } = await scene();
    const stream = await openStream({ id }, { accept: takesAll });
    expect(stream.response.headers.get('content-type')).toContain('text/event-stream');
    await comment(author, id, 'first');
    expect((await stream.next()).data.data.commentAdded.comment.body).toBe('first');
    stream.stop();
  });

  test('is of a document by its hash, too, also where it is sent along to be remembered', async () => {
    const { id } = await scene();
    for (const [at, accept] of ['text/event-stream, multipart/mixed', takesAll].entries()) {
      const query = `${live} # ${at} ${id}`;
      const extensions = { persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') } };
      expect(await post(accept, { extensions, variables: { id } })).toMatchObject({ status: 200, code: 'PERSISTED_QUERY_NOT_FOUND' });
      for (const more of [{ query }, {}])
        expect(await post(accept, { ...more, extensions, variables: { id } })).toMatchObject({ status: 200, type: 'text/event-stream' });
    }
  });

  test.each(['*/*', 'application/json', 'text/event-stream;q=0, application/json'])(
    'is what a subscription is told to accept that accepts %s',
    async (accept) => {
      const { id } = await scene();
      expect(await post(accept, { query: live, variables: { id } })).toMatchObject({ type: 'application/json', code: 'BAD_USER_INPUT' });
    },
  );

  test.each([
    ['Text/Event-Stream', 200, 'text/event-stream', 400, 'application/json'],
    ['APPLICATION/JSON', 200, 'application/json', 200, 'application/json'],
    ['application/json, application/graphql-response+json;q=0.5', 200, 'application/json', 200, 'application/json'],
    ['application/graphql-response+json;q=0, application/json', 200, 'application/json', 200, 'application/json'],
    ['application/graphql-response+json', 200, 'application/graphql-response+json', 400, 'application/graphql-response+json'],
  ])('is chosen among the types by what the client likes: %s', async (accept, status, type, refusedStatus, refusedType) => {
    expect(await post(accept, { query: '{ __typename }' })).toMatchObject({ status, type });
    for (const query of ['{ nothing }', 'query ($x: Int!) { __typename @include(if: true) }', '{ product(id: $x) { id } }'])
      expect(await post(accept, { query })).toMatchObject({ status: refusedStatus, type: refusedType });
  });

  test('numbers its events, and resumes through Last-Event-ID with nothing missing and nothing twice', async () => {
    const { author, id } = await scene();
    const first = await openStream({ id });
    await comment(author, id, '1');
    const seen = await first.next();
    expect(seen.id).toBe(seen.data.data.commentAdded.cursor);
    first.stop();
    await comment(author, id, '2');
    await comment(author, id, '3');
    const resumed = await openStream({ id }, { 'last-event-id': seen.id! });
    await comment(author, id, '4');
    const bodies: string[] = [];
    for (let at = 0; at < 3; at++) bodies.push((await resumed.next()).data.data.commentAdded.comment.body);
    expect(bodies).toEqual(['2', '3', '4']);
    resumed.stop();
  });

  test('ends at once with the session behind it', async () => {
    const { author, id } = await scene();
    const stream = await openStream({ id }, { authorization: `Bearer ${author.token}` });
    const end = stream.next();
    await plaza.mutate('signOut', {}, 'signedOut', author.token);
    expect(await end).toMatchObject({ event: 'next' });
    expect(await stream.next()).toMatchObject({ event: 'complete' });
  });

  test.each([
    ['a bad token', { id: 'x' }, { authorization: 'Bearer nonsense' }, 401, 'UNAUTHENTICATED'],
    ['variables that are no object', [1], {}, 400, 'BAD_USER_INPUT'],
  ])('is refused with %s', async (_name, variables, headers, status, code) => {
    const { response } = await openStream(variables, headers);
    expect(response.status).toBe(status);
    expect(code).toBeTruthy();
  });

  test('says what is wrong with an operation', async () => {
    const send = async (query: string) => {
      const response = await fetch(`${plaza.url}/graphql`, {
        method: 'POST',
        headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return { status: response.status, ...((await response.json()) as { errors: { extensions: { code: string } }[] }) };
    };
    expect(await send('{ nothing }')).toMatchObject({ status: 400, errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
    expect(await send('{ ')).toMatchObject({ status: 400, errors: [{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }] });
    expect(await send('')).toMatchObject({ status: 400 });
  });
});

/** How the client package makes any subscription resumable. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { buildSchema, parse, validate, type OperationDefinitionNode, type FieldNode } from 'graphql';
import { describe, expect, test } from 'vitest';
import { ResumingSubscription, rewrite } from '../../client/src/resume.js';
import { EventParser } from '../../client/src/transports.js';

const schema = buildSchema(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8'));

function requireValid(query: string): void {
  expect(
    validate(schema, parse(query)).map(({ message }) => message),
    query,
  ).toEqual([]);
}

const subject = 'subjectId: "p"';
const forms: Record<string, string> = {
  'with nothing': `subscription { commentAdded(${subject}) { comment { id } } }`,
  'with a cursor and a variable': `subscription Live($after: String) { commentAdded(${subject}, after: $after) { cursor comment { id } } }`,
  'with a variable of another name': `subscription ($from: String) { commentAdded(after: $from, ${subject}) { comment { id } } }`,
  'with other variables': `subscription Live($id: ID!) { commentAdded(subjectId: $id) { comment { id } } }`,
  'with a place written out': `subscription { commentAdded(${subject}, after: "a\\"b") { comment { id } } }`,
  'with null written out': `subscription { commentAdded(after: null, ${subject}) { comment { id } } }`,
  'without arguments': `subscription { notificationReceived { notification { id } } }`,
  'with aliases': `subscription { news: commentAdded(${subject}) { cursor: comment { id } } }`,
  'with an alias of the cursor': `subscription { commentAdded(${subject}) { place: cursor comment { id } } }`,
  'with a cursor further down': `subscription { commentAdded(${subject}) { edge { cursor node { id } } } }`,
  'with a fragment at the root': `fragment F on Subscription { commentAdded(${subject}) { comment { id } } } subscription { ...F }`,
  'with an inline fragment': `subscription { ... on Subscription { commentAdded(${subject}) { comment { id } } } }`,
  'with fragments below': `subscription S { commentAdded(${subject}) { ...E } } fragment E on CommentAdded { cursor comment { id } }`,
  'with directives': `subscription ($b: Boolean!) { commentAdded(${subject}) { comment @include(if: $b) { id } } }`,
  'with $after for something else': `subscription ($after: Int) { commentAdded(${subject}) { comment { replies(first: $after) { edges { cursor } } } } }`,
  'with comments and strings': `# subscription { x }
    subscription { # (
      commentAdded(subjectId: """ { " after: """) { comment { id } } }`,
};

describe.each(Object.entries(forms))('a subscription %s', (_form, query) => {
  test('asks for each cursor and takes a place to go on after', () => {
    requireValid(query);
    const rewritten = rewrite(query)!;
    requireValid(rewritten.query);
    const { variableDefinitions } = parse(rewritten.query).definitions.find(
      (definition): definition is OperationDefinitionNode => definition.kind === 'OperationDefinition',
    )!;
    expect(variableDefinitions?.map(({ variable }) => variable.name.value)).toContain(rewritten.variable);
  });

  test('goes on after the last event, and hands over what was asked for alone', () => {
    const subscription = new ResumingSubscription({ query });
    const { responseKey, cursorKey, variable } = rewrite(query)!;
    const event = { comment: { id: 'c' }, [cursorKey]: 'third' };
    const received = subscription.receive({ data: { [responseKey]: event } });
    expect(subscription.payload.variables).toMatchObject({ [variable]: 'third' });
    expect(Object.keys(received!.data![responseKey] as object)).toEqual(cursorKey === 'cursor' ? ['comment', 'cursor'] : ['comment']);
  });
});

test('a place that was written out is where the subscription begins', () => {
  expect(new ResumingSubscription({ query: forms['with a place written out']! }).payload.variables).toEqual({ after: 'a"b' });
});

test('where the stream stood at the beginning is the place until the first event', () => {
  const subscription = new ResumingSubscription({ query: forms['with nothing']! });
  expect(subscription.payload.extensions).toEqual({ cursor: true });
  expect(subscription.receive({ extensions: { cursor: 'start' } })).toBeNull();
  expect(subscription.payload.variables).toEqual({ after: 'start' });
  subscription.receive({ data: { commentAdded: { plazaCursor: 'first' } } });
  subscription.receive({ extensions: { cursor: 'later' } });
  expect(subscription.payload.variables).toEqual({ after: 'first' });
});

test('what is no subscription that resumes is sent as it is', () => {
  for (const query of [
    '{ viewer { id } }',
    'mutation { signOut(input: {}) { signedOut } }',
    'subscription { unknown { id } }',
    'subscription {',
    '',
  ])
    expect(rewrite(query)).toBeNull();
});

test('every subscription of the schema resumes', () => {
  for (const field of Object.values(schema.getSubscriptionType()!.getFields())) {
    const args = field.args.filter(({ name }) => name !== 'after').map(({ name }) => `${name}: "x"`);
    const query = `subscription { ${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''} { __typename } }`;
    requireValid(rewrite(query)!.query);
  }
});

test('the one of several operations that is named is rewritten, whatever stands around it', () => {
  const name = fc.stringMatching(/^[a-z]{1,6}$/);
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 4 }), fc.nat(), (names, at) => {
      const chosen = names[at % names.length]!;
      const query = names.map((one) => `subscription ${one} { ${one}: notificationReceived { viewer { id } } }`).join('\n');
      const rewritten = rewrite(query, chosen)!;
      expect(rewritten.responseKey).toBe(chosen);
      const changed = parse(rewritten.query).definitions.filter((one) => (one as OperationDefinitionNode).variableDefinitions!.length > 0);
      expect(changed.map((one) => ((one as OperationDefinitionNode).selectionSet.selections[0] as FieldNode).alias!.value)).toEqual([
        chosen,
      ]);
    }),
    { numRuns: 50 },
  );
});

test('an event stream is read the same however it is cut into pieces', () => {
  const events = [
    { event: 'next', data: '{"data":{"text":"a\\nb: c"}}' },
    { event: 'next', data: '{"é":1}' },
    { event: 'complete', data: '' },
  ];
  const text = events.map(({ event, data }, at) => `:\n\nid: ${at}\nevent: ${event}\ndata: ${data}\n\n`).join('');
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }), (sizes) => {
      const parser = new EventParser();
      const read: object[] = [];
      for (let from = 0, at = 0; from < text.length; from += sizes[at++ % sizes.length]!)
        read.push(...parser.add(text.slice(from, from + sizes[at % sizes.length]!)));
      expect(read).toEqual(events);
    }),
    { numRuns: 100 },
  );
});

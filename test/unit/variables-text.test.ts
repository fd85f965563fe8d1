import { expect, test } from 'vitest';
import { textOfVariables } from '../../src/graphql/variables-text.js';

test('variables have one text where they are the same, and another where one is left out, null or too large for a number', () => {
  const all = ['{}', '{"a":null}', '{"a":1e999}', '{"a":-1e999}', '{"a":[null]}', '{"a":[1e999]}', '{"a":""}', '{"b":null}'];
  const texts = all.map((text) => textOfVariables(JSON.parse(text) as Record<string, unknown>));
  expect(new Set(texts).size).toBe(all.length);
  expect(textOfVariables({ a: undefined })).toBe(textOfVariables({}));
  expect(textOfVariables({ a: [1, { b: 'c' }] })).toBe('{"a":[1,{"b":"c"}]}');
});

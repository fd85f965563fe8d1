import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const english = read('README.md');
const chinese = read('README.zh-CN.md');

const codeBlocks = (text: string) => text.match(/^```[\s\S]*?^```$/gm) ?? [];
const headings = (text: string) => text.replace(/^```[\s\S]*?^```$/gm, '').match(/^#+(?= )/gm) ?? [];
const links = (text: string) =>
  [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target!).filter((target) => !target.startsWith('README'));

describe('README.zh-CN.md says what README.md says', () => {
  test('with the same headings', () => {
    expect(headings(english).length).toBeGreaterThan(5);
    expect(headings(chinese)).toEqual(headings(english));
  });

  test('with the same code', () => {
    expect(codeBlocks(english).length).toBeGreaterThan(5);
    expect(codeBlocks(chinese)).toEqual(codeBlocks(english));
  });

  test('with the same links, and a link to each other', () => {
    expect(links(chinese)).toEqual(links(english));
    expect(english).toContain('](README.zh-CN.md)');
    expect(chinese).toContain('](README.md)');
  });
});

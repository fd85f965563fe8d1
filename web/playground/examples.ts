/** The example operations, which come from schema/examples, grouped by task. */
import groups from '../../schema/examples/groups.json';

export interface Example {
  /** The file's name without its number: `product-page`. */
  id: string;
  title: string;
  kind: 'query' | 'mutation' | 'subscription';
  query: string;
  variables: string;
  /** Who runs it, by the first line of the operation. */
  account: string | null;
}

export interface Group {
  title: string;
  examples: Example[];
}

const documents = import.meta.glob<string>('../../schema/examples/*.graphql', { query: '?raw', import: 'default', eager: true });
const variables = import.meta.glob<string>('../../schema/examples/*.json', { query: '?raw', import: 'default', eager: true });

const examples: Example[] = Object.entries(documents).map(([path, query]) => {
  const id = path
    .split('/')
    .at(-1)!
    .replace('.graphql', '')
    .replace(/^\d{2}-/, '');
  const words = id.replaceAll('-', ' ');
  return {
    id,
    title: words[0]!.toUpperCase() + words.slice(1),
    kind: /^(query|mutation|subscription)\b/m.exec(query)![1] as Example['kind'],
    query,
    variables: pretty(variables[path.replace('.graphql', '.json')] ?? '{}'),
    account: /^# Sign in as ([\w@.]+\w|a new account)/.exec(query)?.[1] ?? null,
  };
});

export const exampleGroups: Group[] = grouped();

export function exampleOf(id: string): Example | undefined {
  return examples.find((example) => example.id === id);
}

function grouped(): Group[] {
  const named = Object.entries(groups).map(([title, ids]) => ({
    title,
    examples: ids.flatMap((id) => examples.filter((example) => example.id === id)),
  }));
  const placed = new Set(named.flatMap(({ examples }) => examples));
  const rest = examples.filter((example) => !placed.has(example));
  return [...named, ...(rest.length > 0 ? [{ title: 'More', examples: rest }] : [])];
}

function pretty(json: string): string {
  return JSON.stringify(JSON.parse(json), null, 2);
}

/** What the examples ask of the store when it holds 100,000 reviews and comments: no scans, and no more round trips than before. */
import mongoose from 'mongoose';
import { beforeAll, expect, test } from 'vitest';
import { DemoShop, examples } from '../support/examples.js';
import { usePlaza } from '../support/plaza.js';

// What is kept asks nothing of the store.
const plaza = usePlaza({ CACHE_MEMORY: '0' });
const shop = new DemoShop(plaza);
const rows = 100_000;
const batch = 5_000;
/** Far fewer than there are, and more than any page needs. */
const mostExamined = 3_000;

type Document = Record<string, unknown>;
const { ObjectId } = mongoose.Types;

const roundTripsBefore = new Map<string, number>();

beforeAll(async () => {
  await shop.open();
  for (const example of examples) if (example.kind === 'query') roundTripsBefore.set(example.file, (await commandsOf(example)).length);
  await fill();
});

async function commandsOf(example: (typeof examples)[number]): Promise<Document[]> {
  const { token, variables } = await shop.runnerOf(example);
  return plaza.storeCommands(() => plaza.data(example.query, variables, token));
}

/** Half of everything is about the one product that the examples ask for. */
async function fill(): Promise<void> {
  const collection = (name: string) => plaza.connection.collection(name);
  const products = await collection('products')
    .find({}, { projection: { _id: 1, slug: 1 } })
    .toArray();
  const popular = products.find(({ slug }) => slug === 'barista-espresso-machine')!;
  const [review] = await collection('reviews').find().limit(1).toArray();
  const [comment] = await collection('comments').find().limit(1).toArray();
  for (let from = 0; from < rows; from += batch) {
    const about = (at: number) => (at % 2 ? popular : products[at % products.length]!)._id;
    const createdAt = (at: number) => new Date(Date.now() - at * 1000);
    const numbers = Array.from({ length: batch }, (_, at) => from + at);
    await collection('reviews').insertMany(
      numbers.map((at) => ({
        ...review,
        _id: new ObjectId(),
        product: about(at),
        author: new ObjectId(),
        createdAt: createdAt(at),
        helpfulness: (at % 100) / 100,
      })),
    );
    await collection('comments').insertMany(
      numbers.map((at) => ({
        ...comment,
        _id: new ObjectId(),
        subject: about(at),
        parent: null,
        author: new ObjectId(),
        createdAt: createdAt(at),
      })),
    );
  }
}

/** The reads of a command, as finds that can be explained. */
function readsOf(command: Document): Document[] {
  if (command['find'])
    return [
      {
        find: command['find'],
        filter: command['filter'] ?? {},
        ...(command['sort'] ? { sort: command['sort'] } : {}),
        ...(command['limit'] ? { limit: command['limit'] } : {}),
        ...(command['hint'] ? { hint: command['hint'] } : {}),
      },
    ];
  if (command['count'] ?? command['distinct']) return [{ find: command['count'] ?? command['distinct'], filter: command['query'] ?? {} }];
  if (!command['aggregate']) return [];
  const stages = command['pipeline'] as Document[];
  const match = stages[0]?.['$match'] as Document | undefined;
  const limit = stages[1]?.['$limit'] as number | undefined;
  const reads: Document[] = match ? [{ find: command['aggregate'], filter: match, ...(limit ? { limit } : {}) }] : [];
  const parents = (stages[0]?.['$documents'] ?? []) as Document[];
  for (const stage of stages) {
    const lookup = stage['$lookup'] as { from: string; localField: string; foreignField: string; pipeline: Document[] } | undefined;
    if (!lookup) continue;
    for (const parent of parents) {
      const inner = Object.assign({}, ...lookup.pipeline) as Document;
      const filter = { ...(inner['$match'] as Document), [lookup.foreignField]: parent[lookup.localField] };
      reads.push({
        find: lookup.from,
        filter,
        ...(inner['$sort'] ? { sort: inner['$sort'] } : {}),
        ...(inner['$limit'] ? { limit: inner['$limit'] } : {}),
      });
    }
  }
  return reads;
}

interface Plan {
  stage: string;
  inputStage?: Plan;
}

function stagesOf({ stage, inputStage }: Plan): string[] {
  return [stage, ...(inputStage ? stagesOf(inputStage) : [])];
}

test.each(examples.filter(({ kind }) => kind === 'query'))(
  '$file scans nothing, and takes as many round trips as with few rows',
  async (example) => {
    const commands = await commandsOf(example);
    expect(commands.length).toBeLessThanOrEqual(roundTripsBefore.get(example.file)!);
    for (const command of commands) {
      for (const read of readsOf(command)) {
        const explained = await plaza.connection.db!.command({ explain: read, verbosity: 'executionStats' });
        const stages = stagesOf(explained['queryPlanner'].winningPlan as Plan);
        expect(stages, JSON.stringify(read)).not.toContain('COLLSCAN');
        expect(explained['executionStats'].totalDocsExamined ?? 0, JSON.stringify(read)).toBeLessThan(mostExamined);
      }
    }
  },
);

/** A training reads everything, in the background; all other changes touch what they change. */
const changes = examples.filter(({ kind, file }) => kind === 'mutation' && !file.includes('train-the-recommender'));

test.each(changes)('$file scans nothing', async (example) => {
  for (const command of await commandsOf(example)) {
    const writes = ((command['updates'] ?? command['deletes'] ?? []) as { q: Document }[]).map(({ q }) => ({
      find: command['update'] ?? command['delete'],
      filter: q,
    }));
    const modify = command['findAndModify'] ? [{ find: command['findAndModify'], filter: command['query'] }] : [];
    for (const read of [...readsOf(command), ...writes, ...modify]) {
      const explained = await plaza.connection.db!.command({ explain: read, verbosity: 'queryPlanner' });
      expect(stagesOf(explained['queryPlanner'].winningPlan as Plan), JSON.stringify(read)).not.toContain('COLLSCAN');
    }
  }
});

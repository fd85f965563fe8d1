/** What people did with products as Parquet: the same rows as the table has, with their types. */
import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { BehaviourRecord } from './behaviour.js';

const columns = [
  { name: 'user', type: 'STRING', of: ({ user }: BehaviourRecord) => user },
  { name: 'product', type: 'STRING', of: ({ product }: BehaviourRecord) => product },
  { name: 'rating', type: 'DOUBLE', nullable: true, of: ({ rating }: BehaviourRecord) => rating },
  { name: 'views', type: 'INT32', of: ({ views }: BehaviourRecord) => views },
  { name: 'carts', type: 'INT32', of: ({ carts }: BehaviourRecord) => carts },
  { name: 'purchases', type: 'INT32', of: ({ purchases }: BehaviourRecord) => purchases },
  { name: 'comments', type: 'INT32', of: ({ comments }: BehaviourRecord) => comments },
  { name: 'last_at', type: 'TIMESTAMP', of: ({ lastAt }: BehaviourRecord) => lastAt },
] as const;

/** So many rows are held, and are a group of the file. */
const groupSize = 50_000;

/** The bytes of the file, a group of rows at a time. @param onRows told how many rows were written */
export async function* behaviourParquet(records: AsyncIterable<BehaviourRecord>, onRows: (rows: number) => void): AsyncGenerator<Buffer> {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({ writer: bytes, schema: schemaFromColumnData({ columnData: columnsOf([]) }), createdBy: 'plaza' });
  for await (const group of groupsOf(records)) {
    await writer.write({ columnData: columnsOf(group), rowGroupSize: groupSize });
    onRows(group.length);
    yield taken(bytes);
  }
  await writer.finish();
  yield taken(bytes);
}

function columnsOf(records: readonly BehaviourRecord[]) {
  return columns.map(({ of, ...column }) => ({ nullable: false, ...column, data: records.map((record) => of(record)) }));
}

async function* groupsOf(records: AsyncIterable<BehaviourRecord>): AsyncGenerator<BehaviourRecord[]> {
  let group: BehaviourRecord[] = [];
  for await (const record of records) {
    if (group.push(record) < groupSize) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** What has been written since, which is then no longer held. */
function taken(bytes: ByteWriter): Buffer {
  const part = Buffer.from(bytes.getBytes());
  bytes.index = 0;
  return part;
}

/** What requests need of the live side: where its topics stand, and whether what they are about may be seen. */
import type { EventLog } from '../realtime/event-log.js';
import { encodeEventCursor } from '../realtime/index.js';
import type { LoaderDefinition, RequestContext, Streams } from '../relay/context.js';
import type { NodeFinders } from '../relay/node.js';
import type { Types } from 'mongoose';

export class LiveStreams implements Streams {
  readonly latestCursors: LoaderDefinition<string, string>;

  constructor(
    private readonly eventLog: EventLog,
    private readonly nodes: NodeFinders,
  ) {
    this.latestCursors = {
      cacheKey: (topic) => topic,
      async batch(topics) {
        const latest = new Map(await eventLog.latestSequences([...topics]));
        return topics.map((topic) => encodeEventCursor({ topic, sequence: latest.get(topic) ?? 0 }));
      },
    };
  }

  requireRetained(topic: string, sequence: number): Promise<void> {
    return this.eventLog.requireRetained(topic, sequence);
  }

  async shows(type: string, id: Types.ObjectId, context: RequestContext): Promise<boolean> {
    return (await this.nodes.find(type, id, context)) !== null;
  }
}

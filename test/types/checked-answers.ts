/**
 * What the compiler must refuse: `npm run check:types` fails where one of these compiles. The classes are never used.
 */
import { Types } from 'mongoose';
import { Field, Int, Resolver } from 'type-graphql';
import { Node } from '../../src/relay/node.js';
import { eventType, field, FieldResolver, Mutation, ObjectType, payloadType, Query, Subscription } from '../../src/relay/output.js';
import { payload } from '../../src/relay/payload.js';
import { documentSchema } from '../../src/store/documents.js';

interface TeaDocument {
  _id: Types.ObjectId;
  name: string;
  grade: number | null;
}

declare const tea: TeaDocument;

@ObjectType({ implements: Node, description: 'An output type whose fields its document has.' })
class Tea extends Node<TeaDocument> {
  @Field(() => String)
  name!: string;

  @Field(() => Int, { nullable: true })
  grade!: number | null;
}

// @ts-expect-error the document has no such field
@ObjectType({ implements: Node, description: 'An output field was renamed.' })
export class RenamedTea extends Node<TeaDocument> {
  @Field(() => String)
  title!: string;
}

// @ts-expect-error the document's grade may be null
@ObjectType({ implements: Node, description: 'An output field is not null, and its document’s is.' })
export class StrictTea extends Node<TeaDocument> {
  @Field(() => Int)
  grade!: number;
}

const PickTeaPayload = payloadType('PickTeaPayload', 'A payload.', {
  tea: field(() => Tea, 'The tea.'),
  held: field(() => Boolean, 'Whether it waits.'),
});

const TeaPicked = eventType('TeaPicked', 'An event.', { tea: field(() => Tea, 'The tea.') });

@Resolver(() => Tea)
export class TeaResolver {
  @Query(() => Tea, { nullable: true, description: 'What fits compiles.' })
  fits(): Promise<TeaDocument | null> {
    return Promise.resolve(tea);
  }

  // @ts-expect-error the query is not nullable
  @Query(() => Tea, { description: 'A null where none may be.' })
  nothing(): Promise<TeaDocument | null> {
    return Promise.resolve(null);
  }

  @Mutation(() => PickTeaPayload, { description: 'What fits compiles.' })
  pickTea() {
    return payload(async () => ({ tea, held: false }));
  }

  // @ts-expect-error a payload's field is misspelt
  @Mutation(() => PickTeaPayload, { description: 'A misspelt field.' })
  pickTee() {
    return payload(async () => ({ tee: tea, held: false }));
  }

  // @ts-expect-error an answer of no known type
  @Mutation(() => PickTeaPayload, { description: 'An answer that says nothing.' })
  pickAnything(): Promise<object> {
    return payload(async () => ({ tea, held: false }));
  }

  // @ts-expect-error a text is no number
  @FieldResolver(() => Int, { description: 'Another type.' })
  leaves(): string {
    return 'many';
  }

  // @ts-expect-error an event without its cursor
  @Subscription(() => TeaPicked, { description: 'An event.', subscribe: () => ({}) as AsyncIterable<unknown> })
  teaPicked() {
    return { tea };
  }
}

// @ts-expect-error the schema lacks a field of the document
documentSchema<TeaDocument>({ name: { type: String, required: true } });

// @ts-expect-error a field has another type than the document's
documentSchema<TeaDocument>({ name: { type: Number, required: true }, grade: { type: Number, default: null } });

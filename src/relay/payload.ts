/** The shape of every mutation's answer: the object, or what the input broke. */
import 'reflect-metadata';
import { Field, InterfaceType, ObjectType } from 'type-graphql';
import { RulesBroken, type BrokenRule } from '../errors.js';

@ObjectType({ description: 'A rule that the input breaks. The mutation then changed nothing.' })
export class UserError {
  @Field(() => String, { description: 'Stable, for programs. The documentation lists the codes.' })
  code!: string;

  @Field(() => String, { description: 'One sentence for people.' })
  message!: string;

  @Field(() => [String], { description: 'The path of the input field at fault, starting at `input`.' })
  field!: string[];
}

@InterfaceType('Payload', { description: 'What every mutation answers.', autoRegisterImplementations: false })
export abstract class Payload {
  @Field(() => [UserError], { description: 'What the input breaks; empty where the mutation succeeded.' })
  userErrors!: BrokenRule[];
}

/** Runs a mutation; broken rules become `userErrors`, everything else passes. */
export async function payload<Content extends object>(work: () => Promise<Content>): Promise<Content & Payload> {
  try {
    return { ...(await work()), userErrors: [] };
  } catch (error) {
    if (!(error instanceof RulesBroken)) throw error;
    return { userErrors: error.rules } as unknown as Content & Payload;
  }
}

import 'reflect-metadata';
import { Field, InputType, ObjectType } from 'type-graphql';
import { SafeInt } from './safe-int.js';

@ObjectType({ description: 'An amount of money, exact.' })
export class Money {
  @Field(() => SafeInt, { description: 'In the currency’s smallest unit: 1999 is 19.99 EUR.' })
  amountMinor!: number;

  @Field(() => String, { description: 'The ISO 4217 code, such as EUR.' })
  currency!: string;
}

@InputType({ description: 'An amount of money, exact.' })
export class MoneyInput {
  @Field(() => SafeInt, { description: 'In the currency’s smallest unit: 1999 is 19.99 EUR.' })
  amountMinor!: number;

  @Field(() => String, { description: 'The ISO 4217 code, such as EUR.' })
  currency!: string;
}

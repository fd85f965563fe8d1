import 'reflect-metadata';
import { Field, InputType, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'An amount of money, exact.' })
export class Money {
  @Field(() => Int, { description: 'In the currency’s smallest unit: 1999 is 19.99 EUR.' })
  amountMinor!: number;

  @Field(() => String, { description: 'The ISO 4217 code, such as EUR.' })
  currency!: string;
}

@InputType({ description: 'An amount of money, exact.' })
export class MoneyInput {
  @Field(() => Int, { description: 'In the currency’s smallest unit: 1999 is 19.99 EUR.' })
  amountMinor!: number;

  @Field(() => String, { description: 'The ISO 4217 code, such as EUR.' })
  currency!: string;
}

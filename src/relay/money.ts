import 'reflect-metadata';
import { Field, InputType, ObjectType } from 'type-graphql';
import { SafeInt } from './safe-int.js';

@ObjectType({ description: 'An exact amount of money.' })
export class Money {
  @Field(() => SafeInt, { description: 'Amount in the currency’s smallest unit. For example, 1999 with `EUR` is €19.99.' })
  amountMinor!: number;

  @Field(() => String, { description: 'ISO 4217 currency code, such as `EUR`.' })
  currency!: string;
}

@InputType({ description: 'An exact amount of money.' })
export class MoneyInput {
  @Field(() => SafeInt, { description: 'Amount in the currency’s smallest unit. For example, 1999 with `EUR` is €19.99.' })
  amountMinor!: number;

  @Field(() => String, { description: 'ISO 4217 currency code, such as `EUR`.' })
  currency!: string;
}

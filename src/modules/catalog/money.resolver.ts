import { Arg, Resolver, Root } from 'type-graphql';
import { RequestError } from '../../errors.js';
import { formatAmount } from '../../relay/currency.js';
import { Money } from '../../relay/money.js';
import { FieldResolver } from '../../relay/output.js';

const maxLocale = 100;

@Resolver(() => Money)
export class MoneyResolver {
  @FieldResolver(() => String, {
    description: 'The amount as text in a language, such as €19.99 in en and 19,99 € in de.',
  })
  formatted(
    @Root() amount: Money,
    @Arg('locale', () => String, {
      defaultValue: 'en',
      description: 'BCP 47 language tag, such as en, de-CH or zh-Hans. English when left out.',
    })
    locale: string,
  ): string {
    try {
      if (locale.length <= maxLocale) return formatAmount(amount, locale);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    throw new RequestError('BAD_USER_INPUT', 'Use a language tag such as en, de-CH or zh-Hans.', 'locale');
  }
}

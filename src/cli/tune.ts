/** Searches hyper-parameters on what the store has. */
import { Command, InvalidArgumentError } from 'commander';
import { interruptibleProgress } from './command-line.js';
import { withShop } from './open-shop.js';

function readCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('Expected a whole number above 0.');
  return count;
}

export function tuneCommand(): Command {
  return new Command('tune')
    .description('Searches hyper-parameters at random and tests each choice on held-out data. The next training uses the best ones.')
    .option('--trials <count>', 'number of choices to try per model, including its default', readCount, 8)
    .option('--seed <number>', 'random seed of the choices and the held-out data', readCount, 1)
    .action(tune);
}

function tune({ trials, seed }: { trials: number; seed: number }): Promise<void> {
  return withShop(async (verbs) => {
    const found = await interruptibleProgress('Searching hyper-parameters', (onProgress) =>
      verbs.recommendations.searchParameters(trials, seed, onProgress),
    );
    if (!found) return void process.stdout.write('\nThere is nothing to learn from yet.\n');
    for (const { model, ndcg, parameters } of found.trials) {
      const chosen = Object.values(found.best).includes(parameters);
      process.stdout.write(`${chosen ? '*' : ' '} ${model.padEnd(16)} NDCG@10 ${ndcg.toFixed(4)}  ${JSON.stringify(parameters)}\n`);
    }
    process.stdout.write('\nThe choices with a star are used from the next training on.\n');
  });
}

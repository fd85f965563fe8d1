/** Trains the recommender on what the store has; a running server takes the new model up within seconds. */
import { Command } from 'commander';
import { interruptibleProgress } from './command-line.js';
import { withShop } from './open-shop.js';

export function trainCommand(): Command {
  return new Command('train').description('Trains the recommender. A running server picks up the new model within seconds.').action(train);
}

function train(): Promise<void> {
  return withShop(async (verbs) => {
    const version = await interruptibleProgress('Training the recommender', (onProgress) => verbs.recommendations.train(onProgress));
    if (!version) return void process.stdout.write('\nThere is nothing to learn from yet.\n');
    const { _id, users, products, observations, seconds } = version;
    process.stdout.write(
      `\nModel ${_id.toHexString()}: ${users} users, ${products} products, ${observations} observations, ${seconds.toFixed(1)} s\n`,
    );
  });
}

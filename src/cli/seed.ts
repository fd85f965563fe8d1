/** Fills the store with the demo shop. */
import { Command } from 'commander';
import { readConfig } from '../config.js';
import { interruptibleProgress } from './command-line.js';
import { withShop } from './open-shop.js';

export function seedCommand(): Command {
  return new Command('seed').description('Fills the store with the demo shop. Running it again changes nothing.').action(seed);
}

function seed(): Promise<void> {
  return withShop(async (verbs) => {
    const { fillDemoShop } = await import('../demo/index.js');
    const { currency } = readConfig(process.env);
    await interruptibleProgress('Filling the demo shop', (onProgress) => fillDemoShop(verbs, onProgress, currency));
  });
}

/** Fills the store with the demo shop. */
import { Command } from 'commander';
import { fillDemoShop } from '../demo/index.js';
import { progressBar } from '../progress-bar.js';
import { withShop } from './command-line.js';

new Command('seed').description('Fills the store with the demo shop. Doing it twice changes nothing.').parse();

await withShop(async (verbs) => {
  const bar = progressBar('Filling the demo shop');
  await fillDemoShop(verbs, (share, what) => bar.update(share, what));
  bar.stop();
});

/** Fills the store with the demo shop. */
import { Command } from 'commander';
import { fillDemoShop } from '../demo/index.js';
import { progressBar } from '../progress-bar.js';
import { withStore } from './command-line.js';

new Command('seed').description('Fills the store with the demo shop. Doing it twice changes nothing.').parse();

await withStore(async () => {
  const bar = progressBar('Filling the demo shop');
  await fillDemoShop((share, what) => bar.update(share, what));
  bar.stop();
});

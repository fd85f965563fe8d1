/** Fills the store with the demo shop. */
import { Command } from 'commander';
import { fillDemoShop } from '../demo/index.js';
import { withProgress } from '../progress-bar.js';
import { withShop } from './command-line.js';

new Command('seed').description('Fills the store with the demo shop. Running it again changes nothing.').parse();

await withShop((verbs) => withProgress('Filling the demo shop', (onProgress) => fillDemoShop(verbs, onProgress)));

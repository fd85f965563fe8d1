/** The server alone, as containers and process managers run it: `plaza start`. */
import { runCommand } from './cli/command-line.js';
import { startCommand } from './cli/start.js';

await runCommand(startCommand(), process.argv);

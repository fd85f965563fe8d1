/** The import command, run in this process with the verbs of the app: a process of its own takes seconds to start. */
import { vi } from 'vitest';
import { runCommand } from '../../src/cli/command-line.js';
import { importCommand } from '../../src/cli/import.js';
import type { Plaza } from './plaza.js';

export interface CommandRun {
  code: number;
  stdout: string;
  stderr: string;
}

/** @param args what follows `plaza import` */
export async function runImport(plaza: Plaza, args: string[]): Promise<CommandRun> {
  const output = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      output[name] += String(text);
      return true;
    }),
  );
  vi.stubEnv('PLAZA_DATA_DIR', plaza.dataDirectory);
  try {
    await runCommand(
      importCommand((work) => work(plaza.app.verbs)),
      ['node', 'import', ...args],
    );
    return { code: Number(process.exitCode ?? 0), ...output };
  } finally {
    process.exitCode = undefined;
    vi.unstubAllEnvs();
    for (const spy of spies) spy.mockRestore();
  }
}

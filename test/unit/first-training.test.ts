import { describe, expect, test } from 'vitest';
import { awaitFirstTraining, StillTraining } from '../../src/cli/first-training.js';
import type { Logger } from '../../src/log.js';
import type { OnProgress } from '../../src/progress-bar.js';

const warnings: string[] = [];
const log = { warn: (_fields: object, message: string) => void warnings.push(message) } as unknown as Logger;

describe('A shop’s first training', () => {
  test('is waited for where it does not take long', async () => {
    const shares: number[] = [];
    const train = async (tell: OnProgress): Promise<void> => tell(0.5, 'half');
    await awaitFirstTraining(train, (share) => shares.push(share), log, 60_000);
    expect(shares).toEqual([0.5]);
  });

  test('that fails meanwhile fails the start', async () => {
    const failing = () => Promise.reject(new Error('no memory'));
    await expect(awaitFirstTraining(failing, () => {}, log, 60_000)).rejects.toThrow('no memory');
  });

  test('goes on where it takes long, and tells no more of its progress', async () => {
    const shares: number[] = [];
    let tellLater: OnProgress = () => {};
    const train = (tell: OnProgress) => new Promise(() => (tellLater = tell));
    await expect(awaitFirstTraining(train, (share) => shares.push(share), log, 1)).rejects.toThrow(StillTraining);
    tellLater(0.9, 'late');
    expect(shares).toEqual([]);
  });

  test('that fails after all is warned of, and stops nothing', async () => {
    let fail: (error: Error) => void = () => {};
    const train = () => new Promise((_, reject) => (fail = reject));
    await expect(awaitFirstTraining(train, () => {}, log, 1)).rejects.toThrow(StillTraining);
    fail(new Error('no memory'));
    await expect.poll(() => warnings).toEqual(['the first training failed']);
  });
});

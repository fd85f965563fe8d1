import { Presets, SingleBar } from 'cli-progress';

/** @param share from 0 to 1 */
export type OnProgress = (share: number, what: string) => void;

/** Shows a bar on a terminal, a line at the end where there is none, while the work goes on; gone when it ends, however it does. */
export async function withProgress<Result>(title: string, work: (onProgress: OnProgress) => Result | Promise<Result>): Promise<Result> {
  const bar = new SingleBar(
    {
      format: `${title} [{bar}] {percentage}%  {what}`,
      hideCursor: true,
      noTTYOutput: true,
      notTTYSchedule: 3600_000,
      clearOnComplete: false,
    },
    Presets.shades_classic,
  );
  bar.start(100, 0, { what: '' });
  try {
    const result = await work((share, what) => bar.update(Math.round(share * 100), { what }));
    bar.update(100, { what: 'done' });
    return result;
  } finally {
    bar.stop();
  }
}

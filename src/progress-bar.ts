import { Presets, SingleBar } from 'cli-progress';

/** @param share from 0 to 1 */
export type OnProgress = (share: number, what: string) => void;

/**
 * Shows a bar on a terminal, a line at the end where there is none, while the work goes on; gone when it ends, however it does.
 * @param atOnce whether it shows before the work tells of progress, which work that may be refused leaves off
 */
export async function withProgress<Result>(
  title: string,
  work: (onProgress: OnProgress) => Result | Promise<Result>,
  { atOnce = true } = {},
): Promise<Result> {
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
  const show = (percentage: number, what: string): void => {
    if (bar.isActive) bar.update(percentage, { what });
    else bar.start(100, percentage, { what });
  };
  if (atOnce) show(0, '');
  try {
    const result = await work((share, what) => show(Math.round(share * 100), what));
    show(100, 'done');
    return result;
  } finally {
    if (bar.isActive) bar.stop();
  }
}

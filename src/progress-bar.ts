import { Presets, SingleBar } from 'cli-progress';

export interface ProgressBar {
  /** @param share from 0 to 1 */
  update(share: number, what: string): void;
  stop(): void;
}

/** A bar on a terminal; a line at the end where there is none. */
export function progressBar(title: string): ProgressBar {
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
  return {
    update: (share, what) => bar.update(Math.round(share * 100), { what }),
    stop() {
      bar.update(100, { what: 'done' });
      bar.stop();
    },
  };
}

/**
 * Opens something where it is first needed, once for all who need it. What failed to open is tried again by who needs it
 * next; kept, a failure of a moment would last until the process ends.
 *
 * @param isUsable false where what was opened has ended, and is to be opened anew
 */
export function openOnce<Opened>(
  open: () => Promise<Opened>,
  isUsable: (opened: Opened) => boolean = () => true,
): { current(): Promise<Opened>; latest(): Promise<Opened> | null } {
  let latest: Promise<Opened> | null = null;

  function start(): Promise<Opened> {
    const opening = open();
    latest = opening;
    opening.catch(() => forget(opening));
    return opening;
  }

  function forget(opening: Promise<Opened>): void {
    if (latest === opening) latest = null;
  }

  return {
    async current() {
      const opening = latest ?? start();
      const opened = await opening;
      if (isUsable(opened)) return opened;
      forget(opening);
      return latest ?? start();
    },
    latest: () => latest,
  };
}

/** Hours in which nobody is written to. */
import { DateTime } from 'luxon';

export interface QuietHours {
  /** Hours of the day, 0 to 23: quiet from the first until before the second. The same twice is never. */
  from: number;
  until: number;
  /** IANA name. */
  timeZone: string;
}

/** The time itself, or when the quiet hours are over that it is in. */
export function afterQuietHours(time: Date, { from, until, timeZone }: QuietHours): Date {
  const local = DateTime.fromJSDate(time, { zone: timeZone });
  const isQuiet = from < until ? local.hour >= from && local.hour < until : from !== until && (local.hour >= from || local.hour < until);
  if (!isQuiet) return time;
  const end = local.set({ hour: until, minute: 0, second: 0, millisecond: 0 });
  return (end <= local ? end.plus({ days: 1 }) : end).toJSDate();
}

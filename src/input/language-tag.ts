/** Language tags, as other systems and browsers write them. */

/** Whether it is a well-formed BCP 47 tag, such as de or zh-Hans-CN. */
export function isLanguageTag(text: string): boolean {
  if (text.length > 35) return false;
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

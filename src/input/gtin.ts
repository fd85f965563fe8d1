/** Global Trade Item Numbers: EAN, UPC and ISBN-13. */

/** By its length and check digit. Source: GS1 General Specifications, section 7.9. */
export function isGtin(text: string): boolean {
  if (!/^(?:\d{8}|\d{12,14})$/.test(text)) return false;
  const sum = [...text].reverse().reduce((total, digit, at) => total + Number(digit) * (at % 2 === 1 ? 3 : 1), 0);
  return sum % 10 === 0;
}

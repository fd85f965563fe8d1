/**
 * Cells of the tables that this program writes, so that a spreadsheet takes none of them for a formula. An apostrophe
 * goes before what would begin one, and before the same with apostrophes already: taking one away gives the text back.
 */

const spaces = '[^\\S\\t\\r\\n]*';

/** What a spreadsheet reads as a number begins no formula. */
const number = /^[+-]?\d+(?:[.,]\d+)?$/;

const startOfCell = `'*(?:${spaces}[=+\\-@＝＋－＠]|[\\t\\r\\n])`;
const atStart = new RegExp(`^(?=${startOfCell})`);
const atProtectedStart = new RegExp(`^'(?=${startOfCell})`);

// Where semicolons or tabs separate cells, a comma's quotes do not hold a text together. A wink, ";-)", is no formula.
const startInside = `'*${spaces}(?:[=+@＝＋－＠]|-(?!\\)))`;
const inside = new RegExp(`(?<=[;\\t\\r\\n])(?=${startInside})`, 'g');
const protectedInside = new RegExp(`(?<=[;\\t\\r\\n])'(?=${startInside})`, 'g');

export function protectedCell(text: string): string {
  return number.test(text) ? text : text.replace(inside, "'").replace(atStart, "'");
}

/** The text that was protected. */
export function unprotectedCell(cell: string): string {
  return cell.replace(protectedInside, '').replace(atProtectedStart, '');
}

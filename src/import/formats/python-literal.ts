/** Python's literals, which the Amazon data sets of 2014 have for their lines instead of JSON. */

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', a: '\x07', '0': '\0', '\n': '' };

const token = /[uUbBrR]?('(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*")|[^'"uUbBrR]+|[uUbBrR]/g;

/** @returns what the literal says, of dictionaries, lists, texts, numbers and None @throws SyntaxError for anything else */
export function parsePython(text: string): unknown {
  let json = '';
  let read = 0;
  for (const [whole, quoted] of text.matchAll(token)) {
    read += whole.length;
    json += quoted === undefined ? whole.replace(/\(/g, '[').replace(/,? ?\)/g, ']') : JSON.stringify(textIn(quoted.slice(1, -1)));
  }
  if (read !== text.length) throw new SyntaxError('a text has no end');
  return JSON.parse(
    outsideTexts(json, (code) =>
      code
        .replace(/\bNone\b/g, 'null')
        .replace(/\bTrue\b/g, 'true')
        .replace(/\bFalse\b/g, 'false'),
    ),
  );
}

function textIn(inner: string): string {
  return inner.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g,
    (_, byte?: string, unit?: string, point?: string, other?: string) => {
      if (other !== undefined) return escapes[other] ?? (other === "'" || other === '"' || other === '\\' ? other : `\\${other}`);
      const code = parseInt((byte ?? unit ?? point)!, 16);
      return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
    },
  );
}

/** Changes what is written between the texts of JSON. */
function outsideTexts(json: string, change: (code: string) => string): string {
  return json
    .split(/("(?:[^"\\]|\\.)*")/)
    .map((part, at) => (at % 2 === 0 ? change(part) : part))
    .join('');
}

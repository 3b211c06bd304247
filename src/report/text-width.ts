/**
 * Width of a text in a common sans-serif face, in pixels: an estimate on the generous side, from classes of characters.
 * Charts are laid out with it, so that they need no canvas and come out the same on every machine.
 */
export function textWidth(text: string, fontSize: number): number {
  let width = 0;
  for (const character of text) {
    if (NARROW.test(character)) width += 0.36;
    else if (WIDE.test(character)) width += 0.92;
    else if (CAPITAL.test(character)) width += 0.7;
    else if (character.codePointAt(0)! > 0x2e7f)
      width += 1; // CJK and emoji fill a square
    else width += 0.59;
  }
  return Math.ceil(width * fontSize);
}

const NARROW = /[ijltfrI.,:;!'|()[\]\s]/;
const WIDE = /[mwMW%@…—]/;
const CAPITAL = /\p{Lu}/u;

/**
 * Breaks text at spaces into lines no wider than `maxWidth` pixels; a word wider than a line is cut.
 */
export function wrap(text: string, maxWidth: number, fontSize: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.trim().split(/\s+/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer, fontSize) > maxWidth) {
      lines.push(line);
      line = cut(word, maxWidth, fontSize);
    } else line = line === '' ? cut(word, maxWidth, fontSize) : longer;
  }
  return [...lines, line];
}

function cut(word: string, maxWidth: number, fontSize: number): string {
  if (textWidth(word, fontSize) <= maxWidth) return word;
  const characters = [...word];
  while (characters.length > 1 && textWidth(`${characters.join('')}…`, fontSize) > maxWidth) characters.pop();
  return `${characters.join('')}…`;
}

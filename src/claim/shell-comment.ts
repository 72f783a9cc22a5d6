/** Comments in shell text (mvdan/sh's bash, syntax/lexer.go), recognised only where there is no doubt. */

/**
 * Whether the text certainly has a comment at or behind `from`, which is where a word may begin. The search ends without an answer
 * where a parser of the shell would be needed: at brackets, here-documents, backquotes, quotes with more than plain text in them.
 */
export function hasComment(text: string, from = 0): boolean {
  let wordMayBegin = true;
  for (let at = from; at < text.length; at++) {
    const character = text[at]!;
    if (character === '#' && wordMayBegin) return true;
    if (character === '\\') {
      // A line continuation joins what is before and behind it into one word.
      at += 1;
      wordMayBegin &&= text[at] === '\n';
      continue;
    }
    const end = plainEnd(text, at);
    if (end === undefined) return false;
    at = end;
    wordMayBegin = ' \t\n;'.includes(character);
  }
  return false;
}

/** Offset of the last character of what begins at `at`; undefined where that is not certain. */
function plainEnd(text: string, at: number): number | undefined {
  switch (text[at]) {
    case "'":
      return found(text.indexOf("'", at + 1));
    case '"':
      return doubleQuoteEnd(text, at);
    case '$':
      return variableEnd(text, at);
    case '<':
      return text[at + 1] === '<' ? undefined : at;
    case '[':
      return /(?:^|\s)\[ /.test(text.slice(Math.max(0, at - 1), at + 2)) ? at : undefined;
    case '`':
    case '(':
      return undefined;
    default:
      return at;
  }
}

function doubleQuoteEnd(text: string, start: number): number | undefined {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '"') return at;
    if (text[at] === '`') return undefined;
    if (text[at] === '\\') at += 1;
    else if (text[at] === '$' && text[at + 1] !== '"') {
      const end = variableEnd(text, at);
      if (end === undefined) return undefined;
      at = end;
    }
  }
  return undefined;
}

const plainVariable = /\$\{\w+\}/y;

/** `${name}`, or a dollar sign with neither a bracket nor a quote behind it. */
function variableEnd(text: string, at: number): number | undefined {
  plainVariable.lastIndex = at;
  if (plainVariable.test(text)) return plainVariable.lastIndex - 1;
  return /[({['"]/.test(text[at + 1] ?? '') ? undefined : at;
}

function found(at: number): number | undefined {
  return at === -1 ? undefined : at;
}

/** Shell text before and after melange's formatter (mvdan/sh; docs/melange/recipe.md#shell-text), compared by what the formatter keeps. */

/**
 * Whether the compiled text can come from the source. True where both are the same words between the same separators, once
 * comments of the source are gone; false where not even their characters are the same; undefined in between, and where the
 * formatter rewrites or a `#` may or may not begin a comment.
 */
export function sameShellText(source: string, compiled: string): boolean | undefined {
  const bare = withoutComments(source);
  // The compiled text has no comments. No part of it is skipped, so nothing can hide in a comment.
  const expected = words(compiled);
  if (words(bare) === expected || words(source) === expected) return true;
  if (characters(bare) === characters(compiled)) return undefined;
  if (source.includes('`') || /["'][^"'\n]*\s#/.test(source) || /<<-?/.test(source)) return undefined;
  return false;
}

function withoutComments(text: string): string {
  return text.replace(/(^|\s)#.*/gm, '$1');
}

/** Words and separators; what the formatter does to white space around operators is undone. */
function words(text: string): string {
  return text
    .replace(/\\\n/g, ' ')
    .replace(/\$\(\(([^()]*)\)\)/g, (_, sum: string) => `$((${sum.replace(/\s+/g, '')}))`)
    .replace(/[^\S\n]+/g, ' ')
    .replace(/([^\s\d<>&|])([<>])/g, '$1 $2')
    .replace(/([<>]) /g, '$1')
    .replace(/ ?([|&()])\s*/g, '$1')
    .replace(/ ?[;\n][;\s]*/g, '\n')
    .replace(/\b(then|do|else)\n/g, '$1 ')
    .replace(/\{\n/g, '{ ')
    .trim();
}

function characters(text: string): string {
  return text
    .replace(/^#!.*\n/, '')
    .replace(/\\\n/g, '')
    .replace(/[\s;]+/g, '');
}

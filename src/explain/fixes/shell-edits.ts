/** Edits of commands in one line of a shell script. What is not plainly a command is left alone: a line that is not edited is only not advised. */

/** The longest line that is edited: where commands begin is looked for again at each of them. */
const longestLine = 400;

/** What a command becomes, given its arguments up to where it ends; undefined where it stays. */
export type CommandEdit = (program: string, words: string) => string | undefined;

/** Edits each command of certain names in a line; undefined where none was edited. */
export type LineEdit = (line: string) => string | undefined;

/** What edits the commands of these names. */
export function commandEditor(names: readonly string[], edit: CommandEdit): LineEdit {
  const pattern = new RegExp(`(?<![\\w./+-])(${names.map(escaped).join('|')})(?![\\w.+-])([^|;&)\`]*)`, 'g');
  return (line) => {
    if (line.length > longestLine) return undefined;
    const edited = line.replace(pattern, (whole: string, program: string, words: string, at: number) =>
      isCommand(line.slice(0, at)) ? (edit(program, words) ?? whole) : whole,
    );
    return edited === line ? undefined : edited;
  };
}

/** A line with a piece of it replaced outside single quotes; undefined where it has none. */
export function editText(line: string, pattern: RegExp, becomes: string): string | undefined {
  if (line.length > longestLine) return undefined;
  const edited = line.replace(pattern, (whole: string, ...rest: unknown[]) => {
    const at = rest.find((each): each is number => typeof each === 'number')!;
    return quoteAt(line.slice(0, at)) === "'" ? whole : becomes;
  });
  return edited === line ? undefined : edited;
}

function escaped(name: string): string {
  return name.replace(/[+.]/g, '\\$&');
}

const begins = /(?:^|[;&|({`]|\b(?:then|do|else|exec|time|if|while)\s|\benv(?:\s+-u\s*\w+)?\s)\s*$/;

/** Whether a word behind this text is a command: where a command begins, perhaps after assignments, and not inside a quoted text. */
function isCommand(before: string): boolean {
  let rest = before;
  while (/\w=\S*\s+$/.test(rest) && /(?:^|[\s;&|({`])\w+=\S*\s+$/.test(rest))
    rest = rest.replace(/\w+=\S*\s+$/, '');
  if (!begins.test(rest)) return false;
  const quote = quoteAt(before);
  // In double quotes only a substitution runs a command.
  return quote === undefined || (quote === '"' && /[(`]\s*$/.test(rest));
}

/** The quote that is open behind a text; undefined where none is. */
function quoteAt(text: string): string | undefined {
  let open: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '\\' && open !== "'") at += 1;
    else if (open === undefined && (character === "'" || character === '"')) open = character;
    else if (character === open) open = undefined;
  }
  return open;
}

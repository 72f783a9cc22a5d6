/** Edits of commands in one line of a shell script. What is not plainly a command is left alone: a line that is not edited is only not advised. */

/** The longest line that is edited: where commands begin is looked for again at each of them. */
const longestLine = 400;

/** What stands before and behind a command in its line. */
export interface Surrounding {
  readonly before: string;
  readonly after: string;
}

/** What a command becomes, given its arguments up to where it ends; undefined where it stays. */
export type CommandEdit = (program: string, words: string, surrounding: Surrounding) => string | undefined;

/** Edits each command of certain names in a line; undefined where none was edited. */
export type LineEdit = (line: string) => string | undefined;

/** What edits the commands of these names. */
export function commandEditor(names: readonly string[], edit: CommandEdit): LineEdit {
  const pattern = new RegExp(`(?<![\\w./+-])(?:${names.map(escaped).join('|')})(?=$|[\\s;&|)\`<>])`, 'g');
  return (line) => {
    if (line.length > longestLine) return undefined;
    let edited = '';
    let from = 0;
    for (const { 0: program, index } of line.matchAll(pattern)) {
      const start = index + program.length;
      const before = line.slice(0, index);
      if (index < from || !isCommand(before)) continue;
      const end = endOfCommand(line, start);
      if (end === undefined) continue;
      const becomes = edit(program, line.slice(start, end), { before, after: line.slice(end) });
      if (becomes === undefined) continue;
      // What these run is a program, never an assignment.
      if (!becomes.startsWith(program) && /\b(?:exec|time)\s+$/.test(before)) continue;
      edited += line.slice(from, index) + becomes;
      from = end;
    }
    const whole = edited + line.slice(from);
    return whole === line ? undefined : whole;
  };
}

/** Where the words of a command end; undefined where that is not plain: an open quote, a comment, a line that goes on. */
function endOfCommand(line: string, start: number): number | undefined {
  let quote: string | undefined;
  let depth = 0;
  for (let at = start; at < line.length; at++) {
    const character = line[at]!;
    if (character === '\\' && quote !== "'") {
      at += 1;
      if (at >= line.length) return undefined;
    } else if (quote !== undefined) {
      if (character === quote) quote = undefined;
    } else if (character === "'" || character === '"') quote = character;
    else if (character === '(') {
      // Only substitutions: other brackets are not those of a command.
      if (line[at - 1] !== '$' && depth === 0) return undefined;
      depth += 1;
    } else if (character === ')') {
      if (depth === 0) return at;
      depth -= 1;
    } else if (depth === 0) {
      if (character === '#' && /\s/.test(line[at - 1]!)) return undefined;
      if (character === '&' && /[<>]/.test(line[at - 1]!)) continue;
      if (/[|;&`]/.test(character)) return at;
    }
  }
  return quote === undefined && depth === 0 ? line.length : undefined;
}

/** Which lines of a script begin a command of their own: not those inside a quoted text or a document, nor those that continue one. */
export function linesOfCommands(lines: readonly string[]): readonly boolean[] {
  let quote: string | undefined;
  let continued = false;
  let ending: string | undefined;
  return lines.map((line) => {
    if (ending !== undefined) {
      if (line.trim() === ending) ending = undefined;
      return false;
    }
    const begins = quote === undefined && !continued;
    if (begins && /^\s*#/.test(line)) return false;
    quote = quoteAt(line, quote);
    continued = /(?:^|[^\\])(?:\\\\)*\\$/.test(line);
    ending = quote === undefined ? /(?<!<)<<(?!<)-?\s*(["']?)([A-Za-z_][\w.]*)\1/.exec(line)?.[2] : undefined;
    return begins && quote === undefined;
  });
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
  while (/(?:^|[\s;&|({`])\w+=\S*\s+$/.test(rest)) rest = rest.replace(/\w+=\S*\s+$/, '');
  if (!begins.test(rest)) return false;
  const quote = quoteAt(before);
  if (quote === undefined && /(?:^|\s)#/.test(before)) return false;
  // In double quotes only a substitution runs a command.
  return quote === undefined || (quote === '"' && /[(`]\s*$/.test(rest));
}

/** The quote that is open behind a text; undefined where none is. */
function quoteAt(text: string, from?: string): string | undefined {
  let open = from;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '\\' && open !== "'") at += 1;
    else if (open === undefined && character === '#' && /^$|\s/.test(text[at - 1] ?? '')) return undefined;
    else if (open === undefined && (character === "'" || character === '"')) open = character;
    else if (character === open) open = undefined;
  }
  return open;
}

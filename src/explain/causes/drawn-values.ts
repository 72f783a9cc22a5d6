/** Values that the kernel or a program chose by chance, known by their form: names, identifiers, addresses, ports, numbers of processes. */
import { type Change, lineOf } from './evidence.ts';

interface DrawnForm {
  /** The value; what the two sides have in its place differs. */
  readonly pattern: RegExp;
  /** What the line must say for a value that can be anything. */
  readonly line?: RegExp;
  readonly confidence: 'likely' | 'possible';
  readonly why: string;
}

const uuid = (version: string) =>
  new RegExp(
    `(?<![0-9a-f])[0-9a-f]{8}([-_]?)[0-9a-f]{4}\\1[${version}][0-9a-f]{3}\\1[89ab][0-9a-f]{3}\\1[0-9a-f]{12}(?![0-9a-f])`,
    'i',
  );

const everywhere = (pattern: RegExp) => new RegExp(pattern, `${pattern.flags}g`);
const likely = (pattern: RegExp, why: string): DrawnForm => ({
  pattern: everywhere(pattern),
  confidence: 'likely',
  why,
});
const possible = (pattern: RegExp, why: string, line?: RegExp): DrawnForm => ({
  pattern: everywhere(pattern),
  confidence: 'possible',
  why,
  ...(line === undefined ? {} : { line }),
});

const temporary = String.raw`(?:^|[^\w])(?:/tmp|/var/tmp|/dev/shm)/(?:[^\s:'"]{0,200}/)?`;

const forms: readonly DrawnForm[] = [
  likely(/\btmp\.(?=[a-z]{0,11}[A-Z0-9])[A-Za-z0-9]{6,12}\b/, 'mktemp chooses random names of this form'),
  likely(/\/tmp[a-z0-9_]{8}\b/, 'Python’s tempfile chooses random names of this form'),
  likely(
    /\/cc[A-Za-z0-9]{6}\.(?:o|s|c|i|ii|res|cdtor\.[co]|ltrans\d*\.\w{1,12})\b/,
    'gcc chooses random names of this form for its intermediate files',
  ),
  likely(/\/go-build\d{6,}\b/, 'go chooses random names of this form for its temporary folders'),
  likely(/\/rustc[A-Za-z0-9]{6}\b/, 'rustc chooses random names of this form for its temporary folders'),
  likely(
    /\/(?:npm|yarn|pnpm)-\d{1,10}-[0-9a-f]{6,}\b/,
    'package managers choose random names of this form for temporary folders',
  ),
  likely(
    /\.gnu\.lto_[\w.$]{0,200}\.[0-9a-f]{8,16}\b/,
    'gcc draws the end of the names of its sections for link-time optimisation, unless -frandom-seed is given',
  ),
  likely(
    /\b_GLOBAL__(?:sub_)?[NDIF]_[\w.$]{0,200}_[0-9A-F]{8}_[0-9A-Fa-f]{6,16}\b/,
    'gcc draws a part of such names of symbols, unless -frandom-seed is given',
  ),
  likely(uuid('4'), 'it is a UUID of version 4, which is random'),
  possible(uuid('35'), 'it is a UUID that was made of something else that differs'),
  likely(
    /(?<=(?:\bat|\bobject|\bfunction|\bmethod|#<[\w:]{1,80}:|@|\() ?)0x[0-9a-f]{6,16}\b/i,
    'it is an address in memory, which the kernel lays out by chance',
  ),
  likely(
    /\b0x(?:0000)?(?:7f|5[56])[0-9a-f]{10}\b/i,
    'it is an address in memory, which the kernel lays out by chance',
  ),
  likely(
    /(?<=(?:\b[a-z][\w$]{0,80}\.){0,20}\b[A-Z][\w$]{0,80}(?:;|\[\])?@)[0-9a-f]{5,8}\b(?!\.)/,
    'Java numbers its objects by chance',
  ),
  likely(
    /(?<=\b(?:127\.0\.0\.1|0\.0\.0\.0|localhost|\[::1?\]):)(?:3[2-9]\d{3}|[45]\d{4}|6[0-5]\d{3})\b/,
    'it is a port that the kernel chose',
  ),
  possible(
    /(?<![\d.])(?:3[2-9]\d{3}|[45]\d{4}|6[0-5]\d{3})(?![\d.])/,
    'it is a port that the kernel chose',
    /\b(?:ports?|listen(?:ing)?(?: on)?)\b/i,
  ),
  likely(
    /(?<=\b(?:pid|ppid|tid|process(?: id)?|process_id|thread id)["']?[ :=#]{1,3})\d{1,7}\b/i,
    'it is the number of a process',
  ),
  likely(/(?<=\/proc\/)\d{1,7}(?=\/)/, 'it is the number of a process'),
  likely(/(?<=^[^[\]]{0,200}\b[a-z][\w-]{1,30}\[)[1-9]\d{2,6}(?=\]:)/, 'it is the number of a process'),
  possible(
    new RegExp(`(?<=${temporary}[\\w.]{1,40}[-._])\\d{2,7}(?![\\w])`),
    'it is a number of a process, or random, in the name of a temporary file',
  ),
  possible(
    new RegExp(`(?<=${temporary}[\\w-]{1,40}[-._])(?=[a-z]{0,11}[A-Z0-9])[A-Za-z0-9]{6,12}(?![\\w])`),
    'names of temporary files end with random letters of this form',
  ),
];

/** Why a change is one of a drawn value, where it is; the form must be found in both sides where the change lies, with different values. */
export function drawnForm(change: Change): Pick<DrawnForm, 'confidence' | 'why'> | undefined {
  if (change.published === undefined || change.rebuilt === undefined) return undefined;
  return forms.find(
    ({ pattern, line }) => (line === undefined || line.test(lineOf(change))) && differsIn(change, pattern),
  );
}

function differsIn(change: Change, pattern: RegExp): boolean {
  const left = matchAt(change, 'published', pattern);
  const right = matchAt(change, 'rebuilt', pattern);
  return left !== undefined && right !== undefined && left !== right;
}

/** The first match of a pattern in the line of a side that touches the value. */
function matchAt(change: Change, side: 'published' | 'rebuilt', pattern: RegExp): string | undefined {
  const value = change[side]!;
  const { text, at } = change.around?.[side] ?? { text: value, at: 0 };
  for (const match of text.matchAll(pattern)) {
    if (match.index >= at + value.length) return undefined;
    if (match.index + match[0].length > at) return match[0];
  }
  return undefined;
}

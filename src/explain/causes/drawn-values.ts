/** Values that the kernel or a program chose by chance, known by their form: names, identifiers, addresses, ports, numbers of processes. */
import { type Change, lineOf } from './evidence.ts';

interface DrawnForm {
  /** The value; what the two sides have in its place differs. */
  readonly pattern: RegExp;
  /** What the line must say for a value that can be anything. */
  readonly line?: RegExp;
  /** What it must not say. */
  readonly notLine?: RegExp;
  /** What must be true of both values together. */
  readonly pair?: (published: string, rebuilt: string) => boolean;
  readonly confidence: 'likely' | 'possible';
  readonly why: string;
}

const uuid = (version: string) =>
  new RegExp(
    `(?<![0-9a-f])[0-9a-f]{8}([-_]?)[0-9a-f]{4}\\1[${version}][0-9a-f]{3}\\1[89ab][0-9a-f]{3}\\1[0-9a-f]{12}(?![0-9a-f])`,
    'i',
  );

const everywhere = (pattern: RegExp) => new RegExp(pattern, `${pattern.flags}g`);
const likely = (pattern: RegExp, why: string, more: Pick<DrawnForm, 'notLine' | 'pair'> = {}): DrawnForm => ({
  pattern: everywhere(pattern),
  confidence: 'likely',
  why,
  ...more,
});
const possible = (pattern: RegExp, why: string, line?: RegExp): DrawnForm => ({
  pattern: everywhere(pattern),
  confidence: 'possible',
  why,
  ...(line === undefined ? {} : { line }),
});

/** Digits that were drawn agree by chance only; a value that somebody edited keeps most of its digits. */
function mostlyDiffers(published: string, rebuilt: string): boolean {
  const same = [...published].filter((digit, at) => digit !== '-' && digit === rebuilt[at]).length;
  return same <= published.length / 2;
}

/** Names in a program: `tmp.Content`, `tmp.innerText1`. */
const wordsOfPrograms = /^tmp\.[a-z]*(?:[A-Z][a-z]{2,})*\d?$/;
function isNoName(published: string, rebuilt: string): boolean {
  return !(wordsOfPrograms.test(published) && wordsOfPrograms.test(rebuilt));
}

/** One of eight hexadecimal digits is a letter, nearly always; a number has none. */
function hasLetter(published: string, rebuilt: string): boolean {
  return /[a-f]/.test(published + rebuilt);
}

const temporary = String.raw`(?:^|[^\w])(?:/tmp|/var/tmp|/dev/shm)/(?:[^\s:'"]{0,200}/)?`;

const forms: readonly DrawnForm[] = [
  likely(/\btmp\.(?=[a-z]{0,11}[A-Z0-9])[A-Za-z0-9]{6,12}\b/, 'mktemp chooses random names of this form', {
    pair: isNoName,
  }),
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
  likely(uuid('4'), 'it is a UUID of version 4, which is random', { pair: mostlyDiffers }),
  possible(uuid('35'), 'it is a UUID that was made of something else that differs'),
  likely(
    /(?<=<[^<>]{1,200} at |\bobject at |\b(?:function|table|userdata|thread): |#<[\w:]{1,80}:|\b(?:HASH|ARRAY|CODE|SCALAR|GLOB|REF)\()0x[0-9a-f]{6,16}\b/i,
    'it is an address in memory, which the kernel lays out by chance',
  ),
  likely(
    /\b0x(?:0000)?(?:7f|5[56])[0-9a-f]{10}\b/i,
    'it is an address in memory, which the kernel lays out by chance',
  ),
  likely(
    /(?<=(?:\b[a-z][\w$]{0,80}\.){0,20}\b[A-Z][\w$]{0,80}(?:;|\[\])?@)[0-9a-f]{5,8}\b(?!\.)/,
    'Java numbers its objects by chance',
    { pair: hasLetter },
  ),
  // A port of this range can be written in a recipe as well.
  possible(
    /(?<=\b(?:127\.0\.0\.1|0\.0\.0\.0|localhost|\[::1?\]):)(?:3[2-9]\d{3}|[45]\d{4}|6[0-5]\d{3})\b/,
    'it is a port that the kernel chose',
  ),
  possible(
    /(?<=\b(?:ports?|listen(?:ing)?(?: on)?)["']?[ :=#]{1,3})(?:3[2-9]\d{3}|[45]\d{4}|6[0-5]\d{3})(?![\d.]|\s+[a-z])/i,
    'it is a port that the kernel chose',
  ),
  likely(
    /(?<=\b(?:pid|ppid|tid|process(?: |_)id|thread id)["']?[ :=#]{1,3})\d{1,7}\b/i,
    'it is the number of a process',
    // The limit of these numbers; the number of a product on a bus.
    { notLine: /\b(?:max|maximum|limit|vid|usb|product)\b/i },
  ),
  likely(/(?<=\/proc\/)\d{1,7}(?=\/)/, 'it is the number of a process'),
  // syslog: the program stands at the beginning, or behind the time and the host.
  likely(
    /(?<=^(?:[^[\]]{0,60}\d\d:\d\d\S{0,40} (?:\S{1,64} )?)?[a-z][\w-]{1,30}\[)[1-9]\d{2,6}(?=\]:)/,
    'it is the number of a process',
  ),
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
    (form) =>
      (form.line === undefined || form.line.test(lineOf(change))) &&
      form.notLine?.test(lineOf(change)) !== true &&
      differsIn(change, form),
  );
}

function differsIn(change: Change, { pattern, pair = () => true }: DrawnForm): boolean {
  const left = matchAt(change, 'published', pattern);
  const right = matchAt(change, 'rebuilt', pattern);
  return left !== undefined && right !== undefined && left !== right && pair(left, right);
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

/**
 * What an unquoted YAML scalar stands for, as yaml.v3 sees it (gopkg.in/yaml.v3 v3.0.1, resolve.go; Go's strconv
 * and time packages). One file for both directions: reading needs the values, writing needs to know which text
 * must be quoted to stay text.
 */

export type Resolved =
  | { readonly type: 'null' | 'timestamp' | 'text' }
  | { readonly type: 'flag'; readonly value: boolean }
  | { readonly type: 'integer'; readonly value: bigint }
  | { readonly type: 'float'; readonly value: number };

const text: Resolved = { type: 'text' };

const words = spellings<Resolved>([
  [{ type: 'null' }, ['', '~', 'null', 'Null', 'NULL']],
  [{ type: 'flag', value: true }, ['true', 'True', 'TRUE']],
  [{ type: 'flag', value: false }, ['false', 'False', 'FALSE']],
  [{ type: 'float', value: Number.NaN }, ['.nan', '.NaN', '.NAN']],
  [{ type: 'float', value: Infinity }, ['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF']],
  [{ type: 'float', value: -Infinity }, ['-.inf', '-.Inf', '-.INF']],
]);

const oldFlags = spellings<boolean>([
  [true, ['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON']],
  [false, ['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF']],
]);

function spellings<V>(rows: readonly (readonly [V, readonly string[]])[]): ReadonlyMap<string, V> {
  return new Map(rows.flatMap(([value, list]) => list.map((word) => [word, value] as const)));
}

const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/** Resolves an unquoted scalar. */
export function resolvePlain(plain: string): Resolved {
  const word = words.get(plain);
  if (word !== undefined) return word;
  if (/^[-+0-9]/.test(plain)) return resolveNumber(plain);
  if (plain.startsWith('.')) return asFloat(plain, /^\.\d+(?:_\d+)*(?:[eE][-+]?\d+(?:_\d+)*)?$/);
  return text;
}

/** The boolean of a word in YAML 1.1 and, where a boolean is expected, in yaml.v3; undefined for other words. */
export function resolveOldFlag(word: string): boolean | undefined {
  return oldFlags.get(word);
}

/** Whether the unquoted text would be read as text, by yaml.v3 and by readers of YAML 1.1. */
export function readsAsText(plain: string): boolean {
  return resolvePlain(plain).type === 'text' && !oldFlags.has(plain) && !base60.test(plain);
}

function resolveNumber(plain: string): Resolved {
  if (isTimestamp(plain)) return { type: 'timestamp' };
  const digits = plain.replaceAll('_', '');
  const value = parseInteger(digits);
  if (value !== undefined) return { type: 'integer', value };
  return asFloat(digits, /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/);
}

/** A floating-point number; one too large for a double is text to yaml.v3. */
function asFloat(plain: string, form: RegExp): Resolved {
  if (!form.test(plain)) return text;
  const value = Number(plain.replaceAll('_', ''));
  return Number.isFinite(value) ? { type: 'float', value } : text;
}

const integer = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/;

/** An integer: with a sign an int64, without one a uint64. */
function parseInteger(digits: string): bigint | undefined {
  // In `0b-1` the prefix is cut off before the sign is looked for.
  const match = integer.exec(digits.replace(/^(0[bo])([-+])/, '$2$1'));
  if (match === null) return undefined;
  const sign = match[1]!;
  const value = BigInt(match[2]!.replace(/^0(?=[0-7])/, '0o'));
  if (sign === '-') return value <= 1n << 63n ? -value : undefined;
  return value < (sign === '+' ? 1n << 63n : 1n << 64n) ? value : undefined;
}

const timestamp =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:([Tt]| +)(\d\d?):(\d\d?):(\d\d?)(?:[.,]\d+)?(?:(Z)|[-+](\d\d):(\d\d))?)?$/;

/** Whether a text is a timestamp: after `T` there has to be a zone, after a space there must not be one. */
function isTimestamp(plain: string): boolean {
  const match = timestamp.exec(plain);
  if (match === null) return false;
  const [, year, month, day, separator = ' ', hour, minute, second, utc, zoneHour, zoneMinute] = match;
  const hasZone = utc !== undefined || zoneHour !== undefined;
  return (
    separator.startsWith(' ') !== hasZone &&
    within(month, 1, 12) &&
    within(day, 1, daysIn(Number(year), Number(month))) &&
    within(hour, 0, 23) &&
    within(minute, 0, 59) &&
    within(second, 0, 59) &&
    within(zoneHour, 0, 24) &&
    within(zoneMinute, 0, 60)
  );
}

function within(part: string | undefined, first: number, last: number): boolean {
  return part === undefined || (Number(part) >= first && Number(part) <= last);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

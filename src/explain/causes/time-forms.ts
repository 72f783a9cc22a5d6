/** The forms in which programs print times, as patterns with named groups that `printed-times.ts` reads. */

/** Names and abbreviations of months in the languages in which the lab met dates, lower case without dots; the last letters may be cut. */
const monthWords: readonly (readonly string[])[] = [
  [
    'jan',
    'january',
    'januar',
    'jänner',
    'janvier',
    'janv',
    'enero',
    'ene',
    'gennaio',
    'gen',
    'januari',
    'janeiro',
    'января',
    'янв',
    'stycznia',
    'ledna',
  ],
  [
    'feb',
    'february',
    'februar',
    'février',
    'févr',
    'fév',
    'febrero',
    'febbraio',
    'februari',
    'fevereiro',
    'fev',
    'февраля',
    'фев',
    'lutego',
    'února',
  ],
  [
    'mar',
    'march',
    'märz',
    'mär',
    'mars',
    'marzo',
    'maart',
    'mrt',
    'março',
    'марта',
    'мар',
    'marca',
    'března',
  ],
  ['apr', 'april', 'avril', 'avr', 'abril', 'abr', 'aprile', 'апреля', 'апр', 'kwietnia', 'dubna'],
  ['may', 'mai', 'mayo', 'maggio', 'mag', 'mei', 'maio', 'maj', 'мая', 'maja', 'května'],
  ['jun', 'june', 'juni', 'juin', 'junio', 'giugno', 'giu', 'junho', 'июня', 'июн', 'czerwca', 'června'],
  [
    'jul',
    'july',
    'juli',
    'juillet',
    'juil',
    'julio',
    'luglio',
    'lug',
    'julho',
    'июля',
    'июл',
    'lipca',
    'července',
  ],
  [
    'aug',
    'august',
    'août',
    'aoû',
    'agosto',
    'ago',
    'augustus',
    'augusti',
    'августа',
    'авг',
    'sierpnia',
    'srpna',
  ],
  [
    'sep',
    'september',
    'sept',
    'septembre',
    'septiembre',
    'settembre',
    'set',
    'setembro',
    'сентября',
    'сен',
    'września',
    'září',
  ],
  [
    'oct',
    'october',
    'oktober',
    'okt',
    'octobre',
    'octubre',
    'ottobre',
    'ott',
    'outubro',
    'out',
    'октября',
    'окт',
    'października',
    'října',
  ],
  ['nov', 'november', 'novembre', 'noviembre', 'novembro', 'ноября', 'ноя', 'listopada', 'listopadu'],
  [
    'dec',
    'december',
    'dezember',
    'dez',
    'décembre',
    'déc',
    'diciembre',
    'dic',
    'dicembre',
    'dezembro',
    'декабря',
    'дек',
    'grudnia',
    'prosince',
  ],
];

const monthNumbers: ReadonlyMap<string, number> = new Map(
  monthWords.flatMap((words, month) => words.map((word) => [word, month] as const)),
);

/** The month that a word names, from 0. */
export function monthOf(word: string): number | undefined {
  return monthNumbers.get(word.toLowerCase());
}

const weekday =
  /^[#([<]?(?:Mon|Tue|Tues|Wed|Thu|Thur|Thurs|Fri|Sat|Sun|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)[.,]?$/i;

export function isWeekday(text: string): boolean {
  return weekday.test(text);
}

/** Whether a word is a day or a month. */
export function isWordOfDate(text: string): boolean {
  return isWeekday(text) || monthOf(text.replace(/[.,]$/, '')) !== undefined;
}

const names = [...monthNumbers.keys()].sort((a, b) => b.length - a.length).join('|');
const month = `(?<![\\p{L}])(?<mon>${names})(?![\\p{L}])\\.?`;
const year = '(?<y>(?:19|20)\\d\\d)';
const shortYear = '(?<y>(?:19|20)?\\d\\d)';
const dayOfMonth = '(?<d>0?[1-9]|[12]\\d|3[01])';
const numericMonth = '(?<m>0?[1-9]|1[0-2])';
const twoDigits = { month: '(?<m>0[1-9]|1[0-2])', day: '(?<d>0[1-9]|[12]\\d|3[01])' } as const;
const seconds = '(?:[:.m](?<s>[0-5]\\d|60)(?:[.,]\\d{1,9})?)?';
/** A time of day with its zone; on a clock of twelve or twenty-four hours. */
const clock = `(?<h>[01]?\\d|2[0-4])[:h](?<mi>[0-5]\\d)${seconds}(?: ?(?<ap>[AaPp])\\.?[Mm]\\b\\.?)?`;
const zone = '(?: ?(?:Z\\b|(?:UTC|GMT)?(?<z>[+-]\\d\\d:?\\d\\d)(?!\\d)|[A-Z]{3,5}(?![A-Za-z])))?';
/** What stands between a date and a time of day. */
const between = '(?:T|_|,? {1,2}|,? (?:um|at|à|kl\\.?|klo|alle|a las|às|om|o|в) )';
const optionalClock = `(?:${between}${clock}${zone})?`;

const form = (text: string, flags = 'giu') => new RegExp(text, flags);

const anyMonth = new RegExp(names, 'iu');

/** The forms that a text can hold: those with the name of a month, which take longest to compile, only where it has one. */
export function formsFor(text: string): typeof timeForms {
  return anyMonth.test(text) ? timeForms : numericForms;
}

/** The forms, the most specific first; a later one that overlaps is not looked at. */
const timeForms: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['iso', form(`(?<!\\d)${year}-${twoDigits.month}-${twoDigits.day}(?:T|[ _]{1,2})${clock}${zone}`)],
  [
    'iso',
    form(
      `(?<!\\d)${year}-${twoDigits.month}-${twoDigits.day}[_T-](?<h>[01]\\d|2[0-3])-(?<mi>[0-5]\\d)-(?<s>[0-5]\\d)(?!\\d)`,
    ),
  ],
  ['ctime', form(`${month} {1,2}${dayOfMonth} ${clock}(?: [A-Z]{3,5}| [+-]\\d{4})? ${year}(?!\\d)`)],
  ['date-ctime', form(`(?<!\\d)${dayOfMonth}\\.? ${month} ${clock}(?: [A-Z]{3,5})? ${year}(?!\\d)`)],
  ['c-date-time', form(`${month} {1,2}${dayOfMonth},? ${year}${between}${clock}${zone}`)],
  ['rfc-2822', form(`(?<!\\d)${dayOfMonth} ${month} ${year}[ ,]+${clock}${zone}`)],
  ['rfc-850', form(`(?<!\\d)${dayOfMonth}-${month}-${shortYear}${between}${clock}${zone}`)],
  [
    'compact',
    form(
      `(?<!\\d)(?<y>20\\d\\d)${twoDigits.month}${twoDigits.day}[-T_.]?(?<h>[01]\\d|2[0-3])(?<mi>[0-5]\\d)(?<s>[0-5]\\d)(?!\\d)(?:Z\\b)?`,
    ),
  ],
  [
    'compact-short',
    form(
      `(?<!\\d)(?<y>20\\d\\d)${twoDigits.month}${twoDigits.day}[-T_.]?(?<h>[01]\\d|2[0-3])(?<mi>[0-5]\\d)(?!\\d)(?:Z\\b)?`,
    ),
  ],
  ['slashes', form(`(?<!\\d)${year}/${twoDigits.month}/${twoDigits.day}[ T]${clock}${zone}`)],
  [
    'east-asian',
    form(
      `(?<!\\d)${year} ?[年년] ?${numericMonth} ?[月월] ?${dayOfMonth} ?[日일](?:[^\\d\\n]{0,12}(?<h>[01]?\\d|2[0-3])[:時时시] ?(?<mi>[0-5]\\d)(?:[:分분] ?(?<s>[0-5]\\d))?)?`,
    ),
  ],
  [
    'day-month-name',
    form(
      `(?<!\\d)${dayOfMonth}(?:\\.|st|nd|rd|th|er|º)? (?:de |di |of )?${month} (?:de |di )?${year}(?!\\d)${optionalClock}`,
    ),
  ],
  ['c-date', form(`${month} {1,2}${dayOfMonth}(?:st|nd|rd|th)?,? ${year}(?!\\d)${optionalClock}`)],
  ['date', form(`(?<!\\d)${dayOfMonth}-?${month}-?${shortYear}(?!\\d)`)],
  ['dots', form(`(?<![\\d.])${dayOfMonth}\\.${numericMonth}\\.(?<y>20\\d\\d)(?![\\d.]\\d)${optionalClock}`)],
  ['us', form(`(?<![\\d/])${numericMonth}/${dayOfMonth}/${shortYear}(?![\\d/])${optionalClock}`)],
  ['european', form(`(?<![\\d/])${dayOfMonth}/${numericMonth}/${shortYear}(?![\\d/])${optionalClock}`)],
  [
    'iso-date',
    form(`(?<!\\d)${year}[-/]${twoDigits.month}[-/]${twoDigits.day}(?!\\d)(?:Z\\b|[+-]\\d\\d:\\d\\d)?`),
  ],
  ['week', form(`(?<![\\w-])${year}-W(?<w>0[1-9]|[1-4]\\d|5[0-3])(?:-(?<wd>[1-7]))?(?![\\w-])`)],
  ['day-of-year', form(`(?<![\\w.-])${year}-(?<doy>[0-2]\\d\\d|3[0-5]\\d|36[0-6])(?![\\w-])`)],
  ['month-year', form(`${month},? ${year}(?!\\d)`)],
  ['epoch', /(?<![\d.A-Fa-f])(?<e>1[0-9]{9})(?:\.\d{1,9})?(?![\dA-Fa-f])/g],
  ['epoch-milliseconds', /(?<![\d.])(?<e>1[0-9]{9})(?<fraction>\d{3})(?!\d)/g],
  ['epoch-microseconds', /(?<![\d.])(?<e>1[0-9]{9})(?<fraction>\d{6})(?!\d)/g],
  ['epoch-nanoseconds', /(?<![\d.])(?<e>1[0-9]{9})(?<fraction>\d{9})(?!\d)/g],
  ['epoch-hexadecimal', /(?<![\w.])0x(?<hex>[4-7][0-9a-f]{7})(?:[uUlL]{1,3})?(?!\w)/gi],
  ['compact-date', /(?<![\w.])(?<y>20\d\d)(?<m>0[1-9]|1[0-2])(?<d>0[1-9]|[12]\d|3[01])(?![\w]|\.\d)/g],
  [
    'compact-two-digit',
    /(?<![\w.])(?<y>\d\d)(?<m>0[1-9]|1[0-2])(?<d>0[1-9]|[12]\d|3[01])(?<h>[01]\d|2[0-3])(?<mi>[0-5]\d)(?<s>[0-5]\d)Z?(?![\w]|\.\d)/g,
  ],
  // shadow(5): name, password, day of the last change since 1970, and six more fields.
  ['shadow-days', /(?<=^[^:\s]{1,64}:[^:\s]{0,200}:)(?<days>[12]\d{4})(?=(?::-?\d{0,5}){5}:[^:]{0,20}$)/gm],
  [
    'time',
    /(?<![\d:.])(?<h>[01]\d|2[0-3]):(?<mi>[0-5]\d):(?<s>[0-5]\d|60)(?:[.,]\d{1,9})?(?![\d:])(?: ?(?<ap>[AaPp])[Mm]\b)?/g,
  ],
  ['time', /(?<![\d:.])(?<h>0?[1-9]|1[0-2]):(?<mi>[0-5]\d) ?(?<ap>[AaPp])[Mm]\b/g],
];

const numericForms = timeForms.filter(([, pattern]) => !pattern.source.includes(month));

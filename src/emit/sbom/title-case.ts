/** English title case as golang.org/x/text/cases makes it: it names the suppliers in an SBOM. */

/** Characters that join two letters into one word (Unicode Word_Break MidLetter, MidNumLet, Single_Quote). */
const middle = /[.':\u00b7\u0387\u055f\u05f4\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a]/;
const partOfWord = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Cf}]/u;
/** Scripts written without spaces: each of their characters is a word of its own. */
const wordByItself = /[\p{Ideographic}\p{Script=Hiragana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

/**
 * The first cased letter of each word in upper case, the others in lower case: `wolfi-dev` to `Wolfi-Dev`,
 * `NetworkManager` to `Networkmanager`, `1st-run` to `1St-Run`. A word ends at every character but letters,
 * digits, `_` and a single `.`, `'` or `:`. Exact for ASCII; in other scripts, letters that depend on their neighbours
 * (Greek sigma) and the word breaks of rare symbols are not modelled.
 */
export function titleCase(text: string): string {
  let result = '';
  let inWord = false;
  let afterMiddle = false;
  for (const character of text) {
    const isMiddle = middle.test(character);
    if (isMiddle && afterMiddle) inWord = false;
    afterMiddle = isMiddle;
    if (/\p{Cased}/u.test(character)) {
      result += inWord ? character.toLowerCase() : titleOf(character);
      inWord = true;
      continue;
    }
    result += character;
    if (!isMiddle && (!partOfWord.test(character) || wordByItself.test(character))) inWord = false;
  }
  return result;
}

/** Letters with a title form of their own: the Croatian digraphs. */
const digraphs: Readonly<Record<string, string>> = {
  Ǆ: 'ǅ',
  ǅ: 'ǅ',
  ǆ: 'ǅ',
  Ǉ: 'ǈ',
  ǈ: 'ǈ',
  ǉ: 'ǈ',
  Ǌ: 'ǋ',
  ǋ: 'ǋ',
  ǌ: 'ǋ',
  Ǳ: 'ǲ',
  ǲ: 'ǲ',
  ǳ: 'ǲ',
};

/** `ß` to `Ss`, `ﬁ` to `Fi`. */
function titleOf(character: string): string {
  const [first = '', ...rest] = character.toUpperCase();
  return digraphs[character] ?? first + rest.join('').toLowerCase();
}

/** Go's replacement character, which a range over a string yields for each byte that is not UTF-8. */
const runeError = 0xfffd;

/**
 * The SPDX id of an element: its components joined by `-`. `:` and `/` become `-`; any other character that
 * SPDX does not allow becomes `C` and its decimal code point (melange pkg/sbom/package.go `stringToIdentifier`).
 */
export function elementId(components: readonly string[]): string {
  return ['SPDXRef-Package', ...components]
    .join('-')
    .replace(/[:/]/g, '-')
    .replace(/[^A-Za-z0-9.-]/gu, (character) => `C${codePoint(character)}`);
}

function codePoint(character: string): number {
  const code = character.codePointAt(0)!;
  return code >= 0xd800 && code <= 0xdfff ? runeError : code;
}

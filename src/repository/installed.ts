/** apk's list of what is installed (apk-tools 2 `lib/apk/db/installed`; apk-package(5)): records of one-letter fields. */

export interface InstalledName {
  readonly name: string;
  readonly version: string;
}

/** Names and versions, sorted; records without both are skipped. */
export function parseInstalled(text: string): InstalledName[] {
  const field = (record: string, letter: string) =>
    record
      .split('\n')
      .find((line) => line.startsWith(`${letter}:`))
      ?.slice(2) ?? '';
  return text
    .split(/\n\n+/)
    .map((record) => ({ name: field(record, 'P'), version: field(record, 'V') }))
    .filter(({ name, version }) => name !== '' && version !== '')
    .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}

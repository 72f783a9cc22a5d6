/** The packages of a command line: files, those of folders, what can be read only once, addresses and names. */
import { Failure } from '../failure.ts';
import { isPackageName } from '../flow/subject-name.ts';
import { isAddress } from '../inputs/store/files.ts';
import type { RawOptions } from './raw-options.ts';
import { withFolders } from './selected.ts';
import { subjectsOf } from './subjects.ts';
import { isReadOnce, withReopenable } from './typed-inputs.ts';

export interface GivenPackages {
  readonly subjects: readonly string[];
  /** The options, with what lies beside the packages of folders. */
  readonly raw: RawOptions;
  /** The name of a subject as it was typed: standard input is kept aside under a different one. */
  readonly typed: (subject: string) => string;
}

/** Calls `use` with what can be opened as often as needed. Fails with `usage` for what is neither an address, a name, a file, nor a folder of packages. */
export async function withPackages<T>(
  given: readonly string[],
  options: RawOptions,
  use: (packages: GivenPackages) => Promise<T>,
): Promise<T> {
  const isPlain = (subject: string) => isAddress(subject) || isPackageName(subject) || !isReadOnce(subject);
  const { subjects: found, raw } = withFolders(given, options);
  const once = found.filter((subject) => !isPlain(subject));
  if (once.length === 0) return use({ subjects: subjectsOf(found, raw), raw, typed: (subject) => subject });
  return withReopenable(
    once,
    (kept) => {
      const names = new Map(kept.map((path, at) => [path, once[at]!]));
      const subjects = found.map((subject) => kept[once.indexOf(subject)] ?? subject);
      const typed = (subject: string) => names.get(subject) ?? subject;
      return use({ subjects: subjectsOf(subjects, raw), raw, typed });
    },
    { endsOnSignal: false },
  );
}

/** The only one. Fails with `usage` where there are several, or none. */
export function onlyOf(subjects: readonly string[], command: string): string {
  const [first, ...others] = subjects;
  if (first !== undefined && others.length === 0) return first;
  throw new Failure('usage', `${command} takes one package, and these are ${subjects.length}`, {
    hint: 'name one of them; where --arch is all, name one architecture',
  });
}

/** What a command line asks about: files, addresses, and names of packages for one architecture or for all. */
import { architectureOfMachine, rebuiltArchitectures } from '../execute/processor/architectures.ts';
import { Failure } from '../failure.ts';
import { forArchitectures, isPackageName } from '../flow/subject-name.ts';
import { isAddress } from '../inputs/store/files.ts';
import { statNamed } from '../named-path.ts';
import { type Architecture, parseArchitecture } from '../names.ts';
import { printNote } from './output.ts';
import { requireFiles } from './paths.ts';

const allArchitectures = 'all';

/** The machine's own where packages for it are rebuilt. */
function usualArchitecture(): string {
  return architectureOfMachine(process.arch) ?? rebuiltArchitectures[0];
}

/** What `--arch` names for packages that are given by name; the machine's own where it names none, or all. */
export function namedArchitecture(arch: string | undefined): Architecture {
  return architectureOf(arch === undefined || arch === allArchitectures ? usualArchitecture() : arch);
}

function architectureOf(text: string): Architecture {
  const architecture = parseArchitecture(text);
  if (architecture !== undefined) return architecture;
  throw new Failure('usage', '--arch takes apk’s name of an architecture, such as x86_64, or all', {
    got: text,
  });
}

/**
 * The subjects of a command line, with a name for each architecture where it asks for all. Fails with `usage` for what is neither an
 * address, a name, nor a file that can be read.
 */
export function subjectsOf(subjects: readonly string[], { arch }: { readonly arch?: string }): string[] {
  requireFiles(subjects.filter((subject) => !isAddress(subject) && !isPackageName(subject)));
  for (const subject of subjects) if (isPackageName(subject)) tellNamesake(subject);
  if (arch !== allArchitectures) return [...subjects];
  return subjects.flatMap((subject) => forArchitectures(subject, rebuiltArchitectures));
}

/** What lies in the working directory does not decide what a name is taken for; but whoever meant that is told. */
function tellNamesake(name: string): void {
  const stat = statNamed(name);
  if (stat === undefined) return;
  const [what, path] = stat.isDirectory() ? ['folder', `./${name}/`] : ['file', `./${name}`];
  printNote(`wolfi-repro: ${name} is taken for the name of a package; for the ${what} here, write ${path}`);
}

/** File names of Python packages (packaging.python.org, "Binary distribution format" and "Source distribution format"). */
import { pythonName, pythonVersion } from './pin.ts';

const endings = ['.whl', '.tar.gz', '.zip', '.tar.bz2', '.tar.xz', '.tgz', '.egg'];
const mostCuts = 4;

export interface Release {
  readonly name: string;
  readonly version: string;
}

/**
 * The package and version of a file, by its name: a wheel says them, and the name of an archive may be cut before any digit after a dash. Undefined
 * for other files.
 */
export function releasesOf(file: string): readonly [Release, ...Release[]] | undefined {
  const ending = endings.find((each) => file.endsWith(each));
  if (ending === undefined) return undefined;
  const parts = file.slice(0, -ending.length).split('-');
  if (ending === '.whl' || ending === '.egg') {
    const [name = '', version = ''] = parts;
    return parts.length < 2 ? undefined : [{ name: pythonName(name), version: pythonVersion(version) }];
  }
  const cuts = parts
    .map((part, index) => (index > 0 && /^v?\d/.test(part) ? index : 0))
    .filter((cut) => cut > 0);
  const [first, ...others] = cuts.slice(0, mostCuts).map((cut) => ({
    name: pythonName(parts.slice(0, cut).join('-')),
    version: pythonVersion(parts.slice(cut).join('-')),
  }));
  return first === undefined ? undefined : [first, ...others];
}

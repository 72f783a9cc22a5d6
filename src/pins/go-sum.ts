/** `go.sum` and `go.work.sum` (go.dev/ref/mod, "go.sum files"): module zips and go.mod files by dirhash. */
import { decodeBytes } from '../bytes.ts';
import { subjectOf } from './pin.ts';
import { type ParsedPins, PinList } from './recorded.ts';

const goModSuffix = '/go.mod';

interface GoSumLine {
  readonly module: string;
  readonly version: string;
  readonly hash: string;
}

export function parseGoSum(file: string, bytes: Uint8Array): ParsedPins {
  const list = new PinList(file);
  for (const [index, line] of decodeBytes(bytes).split('\n').entries()) {
    const fields = line.split(/\s/).filter((field) => field !== '');
    if (fields.length === 0) continue;
    const [module = '', version = '', hash = ''] = fields;
    // cmd/go refuses a file with any other line.
    if (fields.length !== 3) return 'not-this-format';
    addGoSum(list, { module, version, hash }, index + 1);
  }
  return list.pins;
}

/** One line of such a file, wherever it stands; one whose hash is of a form that Go does not know yet pins nothing. */
export function addGoSum(list: PinList, { module, version, hash }: GoSumLine, line: number): void {
  if (!hash.startsWith('h1:')) return;
  const subject = version.endsWith(goModSuffix)
    ? subjectOf('go.mod', module, version.slice(0, -goModSuffix.length))
    : subjectOf('go', module, version);
  list.add([subject], [{ algorithm: 'go-h1', value: hash.slice(3) }], `${module} ${version}`, line);
}

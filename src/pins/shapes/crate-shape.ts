/** Registries of crates (doc.rust-lang.org/cargo/reference, "Registry Index" and "Registry Web API"). */

import { encodeBytes } from '../../bytes.ts';
import {
  isJsonObject,
  listMember,
  objectMember,
  parseBoundedJson,
  textMember,
} from '../../formats/bounded-json.ts';
import { subjectOf } from '../pin.ts';
import { jsonOf, type Shape, type ShapedAnswer, textOf, wholeOf } from './shape.ts';

export function recogniseCrate(answer: ShapedAnswer): Shape | undefined {
  return recogniseDownload(answer) ?? recogniseIndexFile(answer) ?? recogniseJson(answer);
}

/** `…/NAME/NAME-VERSION.crate` and `…/NAME/VERSION/download`. */
function recogniseDownload({ segments }: ShapedAnswer): Shape | undefined {
  const [file = '', second = '', third = ''] = segments.slice(-3).reverse();
  if (file === 'download') return crate(third, second);
  if (!file.endsWith('.crate')) return undefined;
  const plain = file.slice(0, -'.crate'.length);
  return plain.startsWith(`${second}-`) ? crate(second, plain.slice(second.length + 1)) : undefined;
}

function crate(name: string, version: string): Shape {
  return {
    kind: 'object',
    subjects: [subjectOf('crate', name, version)],
    scope: subjectOf('crate', name.toLowerCase()),
  };
}

/** The path of a crate in an index: by the length of its name, in lower case. */
export function indexPathOf(name: string): string {
  const lower = name.toLowerCase();
  if (lower.length <= 2) return `${lower.length}/${lower}`;
  if (lower.length === 3) return `3/${lower[0]}/${lower}`;
  return `${lower.slice(0, 2)}/${lower.slice(2, 4)}/${lower}`;
}

function recogniseIndexFile(answer: ShapedAnswer): Shape | undefined {
  const path = answer.segments.join('/');
  const file = answer.segments.at(-1)!;
  if (file === '' || !(path === indexPathOf(file) || path.endsWith(`/${indexPathOf(file)}`)))
    return undefined;
  const [first = ''] = (textOf(answer) ?? '').split('\n', 1);
  const parsed = parseBoundedJson(encodeBytes(first));
  const entry = 'value' in parsed && isJsonObject(parsed.value) ? parsed.value : {};
  const isEntry =
    textMember(entry, 'name')?.toLowerCase() === file && textMember(entry, 'cksum') !== undefined;
  return isEntry ? { kind: 'metadata', what: 'list', ...namesOf(file) } : undefined;
}

function recogniseJson(answer: ShapedAnswer): Shape | undefined {
  const { segments } = answer;
  if (segments.at(-1) === 'config.json')
    return textMember(jsonOf(answer) ?? {}, 'dl') === undefined
      ? undefined
      : { kind: 'metadata', what: 'layout', ...wholeOf('crate') };
  const at = segments.lastIndexOf('crates');
  if (at < 2 || segments[at - 1] !== 'v1' || segments[at - 2] !== 'api') return undefined;
  const document = jsonOf(answer) ?? {};
  const isAnswer =
    objectMember(document, 'crate') !== undefined || listMember(document, 'versions').length > 0;
  return isAnswer ? { kind: 'metadata', what: 'list', ...namesOf(segments[at + 1] ?? '') } : undefined;
}

function namesOf(name: string) {
  const scope = subjectOf('crate', name.toLowerCase());
  // A lock file has a crate's name as it is written, where the index has it in lower case.
  return { scope, names: [scope] };
}

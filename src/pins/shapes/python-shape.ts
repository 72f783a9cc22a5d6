/** Python's indexes (packaging.python.org, "Simple repository API" and "Index hosted attestations") and their files. */
import { listMember, objectMember, textMember } from '../../formats/bounded-json.ts';
import { anchorsOf } from '../../formats/simple-index.ts';
import { pythonName, type Subject, subjectOf } from '../pin.ts';
import { releasesOf } from '../python-files.ts';
import { jsonOf, type MetadataShape, type Shape, type ShapedAnswer, textOf, wholeOf } from './shape.ts';

export function recognisePython(answer: ShapedAnswer): Shape | undefined {
  const file = answer.segments.at(-1)!;
  const described = file.endsWith('.metadata') ? releasesOf(file.slice(0, -'.metadata'.length)) : undefined;
  if (described !== undefined && textOf(answer)?.startsWith('Metadata-Version:'))
    return ofName('description', described[0]!.name);
  return recogniseIndex(answer) ?? recogniseFile(file);
}

/** A wheel says what it is; the name of an archive may be cut where a digit follows a dash. */
function recogniseFile(file: string): Shape | undefined {
  const releases = releasesOf(file);
  if (releases === undefined) return undefined;
  const subjects: Subject[] = [subjectOf('python-file', file)];
  for (const { name, version } of releases) subjects.push(subjectOf('python', name, version));
  return { kind: 'object', subjects, scope: subjectOf('python', releases[0]!.name) };
}

function recogniseIndex(answer: ShapedAnswer): Shape | undefined {
  const { segments, contentType } = answer;
  if (/\bjson\b/.test(contentType)) return recogniseJson(answer);
  if (!/\bhtml\b/.test(contentType) || segments.at(-1) !== '') return undefined;
  const name = segments.at(-2) ?? '';
  const anchors = anchorsOf(textOf(answer) ?? '');
  if (name === 'simple')
    return anchors.length > 0 ? { kind: 'metadata', what: 'list', ...wholeOf('python') } : undefined;
  const isOfName = anchors.every(
    ({ text }) => releasesOf(text)?.some((each) => each.name === pythonName(name)) === true,
  );
  return anchors.length > 0 && isOfName ? ofName('list', pythonName(name)) : undefined;
}

function recogniseJson(answer: ShapedAnswer): Shape | undefined {
  const { segments, contentType } = answer;
  const document = jsonOf(answer);
  if (document === undefined) return undefined;
  const name = textMember(document, 'name');
  const isSimple = contentType.startsWith('application/vnd.pypi.simple.');
  if (isSimple && name !== undefined && listMember(document, 'files').length > 0)
    return ofName('list', pythonName(name));
  if (isSimple && listMember(document, 'projects').length > 0)
    return { kind: 'metadata', what: 'list', ...wholeOf('python') };
  // docs.pypi.org/api/json: /pypi/NAME/json and /pypi/NAME/VERSION/json
  const info = textMember(objectMember(document, 'info') ?? {}, 'name');
  return segments.at(-1) === 'json' && info !== undefined ? ofName('list', pythonName(info)) : undefined;
}

function ofName(what: 'list' | 'description', name: string): MetadataShape {
  return {
    kind: 'metadata',
    what,
    scope: subjectOf('python', name),
    names: [subjectOf('python', name), 'python-file'],
  };
}

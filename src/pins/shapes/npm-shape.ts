/** npm's registries (github.com/npm/registry, "Public Registry API" and "Package Metadata"). */
import { objectMember, textMember } from '../../formats/bounded-json.ts';
import { subjectOf } from '../pin.ts';
import { jsonOf, type Shape, type ShapedAnswer, wholeOf } from './shape.ts';

export function recogniseNpm(answer: ShapedAnswer): Shape | undefined {
  return recogniseTarball(answer) ?? recogniseDocument(answer);
}

/** `/name/-/name-1.0.0.tgz`; with a scope `/@scope/name/-/name-1.0.0.tgz`. */
function recogniseTarball({ segments }: ShapedAnswer): Shape | undefined {
  const [file = '', dash, base = ''] = segments.slice(-3).reverse();
  // A slash inside a name may be encoded.
  const last = base.slice(base.lastIndexOf('/') + 1);
  if (dash !== '-' || !file.startsWith(`${last}-`) || !file.endsWith('.tgz')) return undefined;
  const above = segments.at(-4) ?? '';
  const name = !base.includes('/') && above.startsWith('@') ? `${above}/${base}` : base;
  const version = file.slice(last.length + 1, -'.tgz'.length);
  return {
    kind: 'object',
    subjects: [subjectOf('npm', name, version)],
    scope: subjectOf('npm', name),
    hash: { kind: 'npm-tarball', name },
  };
}

function recogniseDocument(answer: ShapedAnswer): Shape | undefined {
  const { segments } = answer;
  if (segments.includes('-') && /\/-\/npm\/v1\//.test(answer.url.pathname))
    return jsonOf(answer) === undefined
      ? undefined
      : { kind: 'metadata', what: 'advisory', ...wholeOf('npm') };
  if (!mayNameAPackage(answer)) return undefined;
  const document = jsonOf(answer);
  const name = textMember(document ?? {}, 'name');
  if (document === undefined || name === undefined) return undefined;
  const path = segments.join('/');
  const common = { scope: subjectOf('npm', name), names: [subjectOf('npm', name)] };
  if (objectMember(document, 'versions') !== undefined)
    return endsWithPath(path, name) ? { kind: 'metadata', what: 'list', ...common } : undefined;
  // A manifest of one version, or of a tag.
  const isManifest = textMember(objectMember(document, 'dist') ?? {}, 'tarball') !== undefined;
  const above = segments.slice(0, -1).join('/');
  return isManifest && endsWithPath(above, name)
    ? { kind: 'metadata', what: 'description', ...common }
    : undefined;
}

function mayNameAPackage({ segments, contentType }: ShapedAnswer): boolean {
  return segments.at(-1) !== '' && /\bjson\b/.test(contentType);
}

function endsWithPath(path: string, name: string): boolean {
  return path === name || path.endsWith(`/${name}`);
}

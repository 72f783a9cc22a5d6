/** Maven's repositories (maven.apache.org, "Repository Layout" and "Repository Metadata"). Gradle's files have the same layout. */
import { childrenOf, parseXml } from '../../formats/xml.ts';
import { type Subject, subjectOf } from '../pin.ts';
import { type Shape, type ShapedAnswer, textOf } from './shape.ts';

const mostGroupParts = 16;
const checksumLengths: Readonly<Record<string, number>> = { md5: 32, sha1: 40, sha256: 64, sha512: 128 };

export function recogniseMaven(answer: ShapedAnswer): Shape | undefined {
  const file = answer.segments.at(-1)!;
  return recogniseBeside(answer, file) ?? recogniseList(answer, file) ?? recogniseArtifact(answer, file);
}

/** `.sha1` and the like, and `.asc`: next to an artifact, from the same place. */
function recogniseBeside(answer: ShapedAnswer, file: string): Shape | undefined {
  const length = checksumLengths[file.slice(file.lastIndexOf('.') + 1)];
  const scope = scopeOf(answer.segments.slice(0, -2));
  if (length !== undefined) {
    const [digest = ''] = (textOf(answer) ?? '').trim().split(/\s/, 1);
    const isDigest = digest.length === length && /^[\da-f]+$/i.test(digest);
    return isDigest ? { kind: 'metadata', what: 'checksum', scope, names: [] } : undefined;
  }
  const isSignature =
    file.endsWith('.asc') && textOf(answer)?.startsWith('-----BEGIN PGP SIGNATURE-----') === true;
  return isSignature ? { kind: 'metadata', what: 'signature', scope, names: [] } : undefined;
}

function recogniseList(answer: ShapedAnswer, file: string): Shape | undefined {
  if (file !== 'maven-metadata.xml') return undefined;
  const root = parseXml(answer.content() ?? new Uint8Array(0))?.root;
  if (root?.name !== 'metadata' || childrenOf(root, 'groupId').length === 0) return undefined;
  return { kind: 'metadata', what: 'list', scope: scopeOf(answer.segments.slice(0, -1)), names: [] };
}

/** `group/as/path/artifact/version/artifact-version….ext`; where the repository begins is not in the address. */
function recogniseArtifact({ segments }: ShapedAnswer, file: string): Shape | undefined {
  const [version = '', artifact = ''] = segments.slice(-3, -1).reverse();
  const release = version.replace(/-SNAPSHOT$/, '');
  if (version === '' || artifact === '' || !file.startsWith(`${artifact}-${release}`)) return undefined;
  const folders = segments.slice(0, -3).slice(-mostGroupParts);
  if (folders.length === 0) return undefined;
  const subjects: Subject[] = folders.map((_, index) =>
    subjectOf('maven-file', folders.slice(index).join('.'), artifact, version, file),
  );
  return { kind: 'object', subjects, scope: scopeOf(segments.slice(0, -2)) };
}

/** Repositories are asked one after the other, so a file that one lists may come from the next. */
function scopeOf(path: readonly string[]): string {
  return `maven ${path.join('/')}`;
}

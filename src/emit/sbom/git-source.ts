/** The element of a `git-checkout`, by generation (melange pkg/config/config.go `getGitSBOMPackage`). */
import { decodeBytes, encodeBytes } from '../../bytes.ts';
import { sha256 } from '../../digest.ts';
import { Failure } from '../../failure.ts';
import { noAssertion, type SpdxPackage } from './document.ts';
import { packageElement } from './elements.ts';
import { normalizePurl, type Purl, purlText } from './purl.ts';
import { type SourceContext, type SourceStep, sourceId } from './source.ts';
import { parseRepositoryUrl } from './url.ts';

interface Checkout {
  readonly repository: string;
  readonly branch: string;
  readonly tag: string;
  readonly commit: string;
  readonly typeHint: string;
}

/** The parts of an element that each generation makes differently of a checkout; the rest is the same for all. */
interface GitParts {
  readonly name: string;
  readonly version: string;
  readonly downloadLocation?: string;
  readonly namespace: string;
  readonly purl: Purl;
}

type Place = Pick<GitParts, 'namespace' | 'downloadLocation'>;

/** The element of a checkout; undefined where neither tag nor commit names a version (before v0.26.0: on GitHub). */
export function gitSource(step: SourceStep, context: SourceContext): SpdxPackage | undefined {
  const input = (key: string) => step.inputs.get(key) ?? '';
  const checkout: Checkout = {
    repository: input('repository'),
    branch: input('branch'),
    tag: input('tag'),
    commit: input('expected-commit'),
    typeHint: input('type-hint'),
  };
  const generation = context.format.sbom.gitSources;
  const old = generation === 'prefix' || generation === 'v0.25';
  const parts = old ? partsByPrefix(checkout, context) : partsByHost(checkout, context);
  if (parts === undefined) return undefined;
  const { repository, branch, tag, commit } = checkout;
  const address = repository.replace(/^https:\/\//, '').replace(/^http:\/\//, '');
  const components = [address, branch, tag, commit].filter((component) => component !== '');
  return packageElement(context.format, {
    ...parts,
    id: sourceId(context, components, step),
    licenseDeclared: context.licenseDeclared,
    purpose: 'SOURCE',
    purl: purlText(normalizePurl(parts.purl), context.format.sbom.purl),
  });
}

/** The parts before v0.26.0: for GitHub by the start of the URL, for everything else by its last part. */
function partsByPrefix(checkout: Checkout, context: SourceContext): GitParts | undefined {
  const { repository, tag, commit } = checkout;
  const ref = tag || commit;
  const downloads = context.format.sbom.gitSources === 'v0.25';
  const located = downloads ? { downloadLocation: `git+${repository}${ref && `@${ref}`}` } : {};
  const prefix = 'https://github.com/';
  if (repository.startsWith(prefix)) {
    if (ref === '') return undefined;
    const [namespace, name] = cut(repository.slice(prefix.length));
    return {
      name,
      version: ref,
      ...located,
      namespace,
      purl: { type: 'github', namespace, name, version: ref },
    };
  }
  const name = baseName(repository).replace(/\.git$/, '');
  const qualifiers = { vcs_url: `git+${repository}${commit && `@${commit}`}` };
  const purl: Purl = { type: 'generic', namespace: '', name, version: tag, qualifiers };
  return { name, version: tag, ...located, namespace: context.namespace, purl };
}

/** The parts from v0.26.0 on, by the host. The tag is preferred as the version, the commit as what is downloaded. */
function partsByHost(checkout: Checkout, context: SourceContext): GitParts | undefined {
  const { repository, tag, commit, typeHint } = checkout;
  const ref = commit || tag;
  if (ref === '') return undefined;
  const url = parseRepositoryUrl(repository);
  if (url === undefined) {
    throw new Failure('unsupported', 'a repository is not a URL that melange reads', { got: repository });
  }
  const version = tag || commit;
  const [namespace, rest] = cut(url.path.replace(/^\//, ''));
  const name = rest.replace(/\.git$/, '');
  if (url.host === 'github.com') {
    const downloadLocation = `${url.scheme}://github.com/${namespace}/${name}/archive/${ref}.tar.gz`;
    return { name, version, downloadLocation, namespace, purl: { type: 'github', namespace, name, version } };
  }
  const vcsUrl = `${repository.startsWith('git') ? '' : 'git+'}${repository}${commit && `@${commit}`}`;
  const generic = (purlName: string): Purl => ({
    type: 'generic',
    namespace: '',
    name: purlName,
    version,
    qualifiers: { vcs_url: vcsUrl },
  });
  const gitlab = context.format.sbom.gitSources !== 'github-only';
  if (gitlab && (url.host.startsWith('gitlab') || typeHint === 'gitlab')) {
    const downloadLocation = `${url.scheme}://${url.host}/${namespace}/${name}/-/archive/${ref}/${ref}.tar.gz`;
    const ownType = url.host === 'gitlab.com';
    const purl: Purl = ownType ? { type: 'gitlab', namespace, name, version } : generic(name);
    return { name, version, downloadLocation, namespace, purl };
  }
  const path = url.path.replace(/^\//, '').replace(/\.git$/, '');
  return { name: path, version, ...elsewhere(path, ref, context), purl: generic(path) };
}

/** Where melange expects the sources of a host that it does not know, and whose they are. */
function elsewhere(path: string, ref: string, context: SourceContext): Place {
  const generation = context.format.sbom.gitSources;
  const old = generation === 'gitlab-v0.26.0' || generation === 'gitlab-v0.26.7';
  const namespace = old ? '' : context.namespace;
  if (generation === 'gitlab-v0.26.0') return { namespace, downloadLocation: noAssertion };
  const bytes = encodeBytes(path);
  // The first byte, which need not be a whole character.
  const shelf = decodeBytes(bytes.subarray(0, 1));
  return { namespace, downloadLocation: `https://tarballs.cgr.dev/${shelf}/${sha256(bytes)}-${ref}.tar.gz` };
}

/** The text before and after the first `/`; without a `/`, all of it is before. */
function cut(text: string): [string, string] {
  const at = text.indexOf('/');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** The last part of a path as Go's `path.Base` sees it: `.` for nothing, `/` for slashes alone. */
function baseName(path: string): string {
  if (path === '') return '.';
  const parts = path.split('/').filter((part) => part !== '');
  return parts.at(-1) ?? '/';
}

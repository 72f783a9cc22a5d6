/** The elements of what a build fetched (melange pkg/config/config.go `SBOMPackageForUpstreamSource`). */
import type { Step } from '../../claim/recipe/recipe.ts';
import type { SpdxChecksum, SpdxPackage } from './document.ts';
import { packageElement } from './elements.ts';
import { gitSource } from './git-source.ts';
import { normalizePurl, purlText } from './purl.ts';
import { type SourceContext, type SourceStep, sourceId } from './source.ts';

/**
 * One element for each `fetch` and `git-checkout` directly in a list of steps, whatever its `if`: steps inside
 * a group are not seen. Fails with `unsupported` where melange itself stops.
 */
export function sourceElements(steps: readonly Step[], context: SourceContext): SpdxPackage[] {
  return steps.flatMap((step, index) => {
    const source = { inputs: step.with, index };
    if (step.uses === 'fetch') return [fetchSource(source, context)];
    const element = step.uses === 'git-checkout' ? gitSource(source, context) : undefined;
    return element === undefined ? [] : [element];
  });
}

function fetchSource(step: SourceStep, context: SourceContext): SpdxPackage {
  const { sbom } = context.format;
  const input = (key: string) => step.inputs.get(key) ?? '';
  const [name, version, uri] = [input('purl-name'), input('purl-version'), input('uri')];
  const [sha256, sha512] = [input('expected-sha256'), input('expected-sha512')];
  const checksum = sha512 !== '' ? `sha512:${sha512}` : sha256 !== '' ? `sha256:${sha256}` : '';
  const purl = normalizePurl({
    type: 'generic',
    namespace: '',
    name,
    version,
    qualifiers: { checksum, download_url: uri },
  });
  const checksums: SpdxChecksum[] = [];
  if (sha256 !== '') checksums.push({ algorithm: 'SHA256', checksumValue: sha256 });
  if (sha512 !== '') {
    checksums.push({ algorithm: 'SHA512', checksumValue: sbom.sha512Defect ? sha256 : sha512 });
  }
  return packageElement(context.format, {
    id: sourceId(context, [name, version], step),
    name,
    version,
    licenseDeclared: '',
    ...(sbom.checksums ? { downloadLocation: uri, checksums } : {}),
    namespace: context.namespace,
    purpose: 'SOURCE',
    purl: purlText(purl, sbom.purl),
  });
}

/** Wheels as an index serves them (packaging.python.org, "Simple repository API"): HTML or JSON, as the client asks. */
import { sha256 } from '../../src/digest.ts';
import type { Answering } from './registry.ts';
import { zipOf } from './zip-builder.ts';

export interface PythonPackage {
  readonly name: string;
  readonly version: string;
  /** ISO 8601, in UTC. */
  readonly time: string;
  readonly needs?: string;
  readonly text?: string;
}

export interface IndexForms {
  /** Without it, pages are HTML whatever is asked for. */
  readonly json: boolean;
}

const jsonType = 'application/vnd.pypi.simple.v1+json';

export function pythonIndex(
  packages: readonly PythonPackage[],
  forms: IndexForms = { json: true },
): Answering {
  return (path, request, origin) => {
    const [, kind, name = ''] = path.split('/');
    if (kind === 'files') {
      const found = packages.find((each) => wheelName(each) === name);
      return found === undefined ? undefined : { body: wheelBytes(found) };
    }
    const versions = packages.filter((each) => each.name === name);
    if (kind !== 'simple' || versions.length === 0) return undefined;
    const isJson = forms.json && request.headers.accept?.includes(jsonType) === true;
    return isJson ? jsonPage(versions, origin) : htmlPage(versions);
  };
}

function jsonPage(versions: readonly PythonPackage[], origin: string) {
  const files = versions.map((each) => ({
    filename: wheelName(each),
    url: `${origin}/files/${wheelName(each)}`,
    hashes: { sha256: sha256(wheelBytes(each)) },
    'upload-time': each.time,
    size: wheelBytes(each).length,
  }));
  const page = {
    meta: { 'api-version': '1.1' },
    name: versions[0]!.name,
    files,
    versions: versions.map((each) => each.version),
  };
  return { body: JSON.stringify(page), headers: { 'content-type': jsonType, etag: '"of-now"' } };
}

function htmlPage(versions: readonly PythonPackage[]) {
  const anchors = versions.map(
    (each) =>
      `    <a href="../../files/${wheelName(each)}#sha256=${sha256(wheelBytes(each))}" data-requires-python="&gt;=3.6">${wheelName(each)}</a><br/>`,
  );
  const body = `<!DOCTYPE html>\n<html>\n  <body>\n${anchors.join('\n')}\n  </body>\n</html>\n`;
  return { body, headers: { 'content-type': 'text/html; charset=utf-8' } };
}

export function wheelName({ name, version }: PythonPackage): string {
  return `${name.replaceAll('-', '_')}-${version}-py3-none-any.whl`;
}

export function wheelBytes({ name, version, needs, text = '' }: PythonPackage): Buffer {
  const module = name.replaceAll('-', '_');
  const info = `${module}-${version}.dist-info`;
  const files: Record<string, string> = {
    [`${module}.py`]: `VERSION = "${version}"  # ${text}\n`,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${needs === undefined ? '' : `Requires-Dist: ${needs}\n`}`,
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  };
  const digest = (content: string) => Buffer.from(sha256(Buffer.from(content)), 'hex').toString('base64url');
  const record = Object.entries(files).map(
    ([path, content]) => `${path},sha256=${digest(content)},${content.length}\n`,
  );
  return zipOf({ ...files, [`${info}/RECORD`]: `${record.join('')}${info}/RECORD,,\n` });
}

/** RubyGems' registries (guides.rubygems.org, "Compact Index API" and the older indexes of Marshal). */
import { nameOfGem, subjectOf } from '../pin.ts';
import { type Shape, type ShapedAnswer, textOf, wholeOf } from './shape.ts';

export function recogniseGem(answer: ShapedAnswer): Shape | undefined {
  const [file = '', folder = ''] = answer.segments.slice(-2).reverse();
  if (folder === 'gems' && file.endsWith('.gem')) {
    const plain = file.slice(0, -'.gem'.length);
    return { kind: 'object', subjects: [subjectOf('gem', plain)], scope: subjectOf('gem', nameOfGem(plain)) };
  }
  if (folder === 'info' && beginsList(answer)) return { kind: 'metadata', what: 'list', ...ofName(file) };
  if ((file === 'versions' || file === 'names') && (textOf(answer) ?? '').slice(0, 256).includes('---\n'))
    return all('list');
  const content = /^(?:latest_|prerelease_)?specs\.4\.8\.gz$|\.gemspec\.rz$/.test(file)
    ? answer.content()
    : undefined;
  if (content === undefined) return undefined;
  // Marshal 4.8, in gzip or in zlib's wrapper.
  const isMarshal = content[0] === 0x78 || (content[0] === 0x1f && content[1] === 0x8b);
  return isMarshal ? all(file.endsWith('.rz') ? 'description' : 'list') : undefined;
}

function all(what: 'list' | 'description'): Shape {
  return { kind: 'metadata', what, ...wholeOf('gem') };
}

function beginsList(answer: ShapedAnswer): boolean {
  return textOf(answer)?.startsWith('---\n') === true;
}

function ofName(name: string) {
  const scope = subjectOf('gem', name);
  return { scope, names: [scope] };
}

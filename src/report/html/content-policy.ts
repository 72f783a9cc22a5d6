/** The Content Security Policy of a page that needs nothing else: its own style and script, pinned by digest. */
import { sha256 } from '../../digest.ts';

export function contentPolicy(style: string, script: string): string {
  return [
    "default-src 'none'",
    `style-src '${sourceHash(style)}'`,
    `script-src '${sourceHash(script)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** The digest of a source as Content Security Policy Level 3 writes it (section 2.3.1). */
function sourceHash(text: string): string {
  return `sha256-${Buffer.from(sha256(Buffer.from(text)), 'hex').toString('base64')}`;
}

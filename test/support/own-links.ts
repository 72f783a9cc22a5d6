/** Links of a report that the program itself makes. */
import type { Token } from 'marked';
import { home } from '../../src/home.ts';

/** Whether a token of Markdown is a link to a page of this program, with a text that is its own. */
export function isOwnLink(token: Token): boolean {
  if (token.type !== 'link') return false;
  return token['href'].startsWith(`${home}/v`) && /^(how to read it|docs\/[\w/.#-]+)$/.test(token['text']);
}

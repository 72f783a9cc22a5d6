/** Packages without a verdict about their bytes: what to do first, and which lack what. */
import { counted } from '../../bytes.ts';
import { groupByBuild } from '../build-groups.ts';
import { effortMinutes, type Lack } from '../lacking.ts';
import type { NextAction } from '../next-actions.ts';
import { shareSentence } from '../share.ts';
import { groupText, stateText } from '../status-words.ts';
import type { SweepStatus } from '../sweep-status.ts';
import type { LinkOf } from './package-place.ts';
import { table, text } from './site-page.ts';

/** Builds of one group that are listed; all are in the table of packages. */
const mostListed = 200;

export function openMain({ share, next, lacks }: SweepStatus, linkOf: LinkOf): string {
  const rows = next.map((each) => [
    `<a href="#${idOf(each.state)}">${text(each.step)}</a>`,
    `${each.packages}`,
    `${each.builds}`,
    hoursText(each),
    `<span class="w">${each.effort} (${effortMinutes[each.effort]} min)</span>`,
  ]);
  const numbers = ['packages', 'builds', 'hours of a machine'].map((title) => ({ title, isNumber: true }));
  return [
    `<p>${text(shareSentence(share))}. Nothing here says that a package does not reproduce.</p>`,
    ...(rows.length === 0
      ? ['<p>Everything was judged.</p>']
      : [
          `<h2 id="next">What to do first</h2>\n${table('What settles the most packages for the least work of a person, as docs/status.md reckons it', [{ title: 'step' }, ...numbers, { title: 'effort' }], rows)}`,
        ]),
    ...lacks.map((lack) => lackSection(lack, linkOf)),
  ].join('\n');
}

function hoursText({ hours }: NextAction): string {
  return hours === undefined ? '' : hours.toFixed(1);
}

function idOf({ kind, reason }: Pick<Lack, 'kind' | 'reason'>): string {
  return reason === '' ? kind : `${kind}-${encodeURIComponent(reason)}`;
}

function lackSection(lack: Lack, linkOf: LinkOf): string {
  const groups = groupByBuild(
    lack.packages,
    (each) => each,
    () => '',
  );
  const items = groups
    .slice(0, mostListed)
    .map((group) => `<li><a href="${text(linkOf(group.example))}">${text(groupText(group))}</a></li>`);
  const cut = groups.length - items.length;
  const all = `packages.html#state=${encodeURIComponent(lack.kind)}&amp;reason=${encodeURIComponent(lack.reason)}`;
  return `<section>
<h2 id="${idOf(lack)}">${text(stateText(lack))}</h2>
<p>${counted(lack.packages.length, 'package')}: ${text(lack.step)}. <a href="${all}">In the table</a></p>
<details><summary>${counted(groups.length, 'build')}</summary>
<ul class="plain">
${items.join('\n')}
</ul>${cut === 0 ? '' : `\n<p>… and ${cut} more in the <a href="${all}">table</a></p>`}
</details>
</section>`;
}

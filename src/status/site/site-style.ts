/** The stylesheet of the site, for light and dark, narrow screens and paper. */
import { palette, printPalette } from '../../report/html/palette.ts';

export const siteStyle = `
${palette}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 0 1rem 2rem; max-width: 80rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
code { font: .9em/1.4 ui-monospace, monospace; }
a { color: var(--focus); }
h1 { font-size: 1.6rem; margin: 1rem 0 .5rem; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; } h3 { font-size: 1rem; margin: 1rem 0 .3rem; }
.skip { position: absolute; left: -100vw; } .skip:focus { left: 1rem; top: .3rem; background: var(--paper); padding: .3rem; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; padding: .7rem 0; margin: 0; border-bottom: 1px solid var(--line); }
nav [aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; }
.w { white-space: nowrap; } .good { color: var(--good); } .bad { color: var(--bad); } .faint { color: var(--faint); }
.headline { font-size: 1.35rem; margin: .5rem 0; } .headline strong { font-size: 2.2rem; font-weight: 650; display: block; line-height: 1.2; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 1px; }
input, select, button { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--faint); border-radius: .25rem; padding: .15rem .45rem; max-width: 100%; }
button { cursor: pointer; } button:disabled { color: var(--faint); cursor: default; border-color: var(--line); }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; font-size: .95rem; }
caption { text-align: left; color: var(--faint); padding: .2rem 0; }
th { text-align: left; font-weight: 600; overflow-wrap: break-word; } td[data-label=state], td[data-label=verdict] { overflow-wrap: break-word; }
td[data-label=judged], td[data-label=version] { white-space: nowrap; } th, td { padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th button { border: 0; padding: 0; font-weight: 600; background: none; text-align: inherit; }
th[aria-sort=ascending] button::after { content: ' ▲'; } th[aria-sort=descending] button::after { content: ' ▼'; }
.filter { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; margin: .5rem 0; }
.filter label { max-width: 100%; display: flex; flex-direction: column; font-size: .85rem; color: var(--faint); }
.filter label > * { color: var(--ink); font-size: 1rem; } input[type=search] { width: min(22rem, 90vw); }
.pages { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; margin: .5rem 0; }
.plot { overflow-x: auto; margin: .3rem 0; } .plot svg { display: block; min-width: 40rem; width: 100%; max-width: 60rem; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: var(--faint); }
.grid, .tick { stroke: var(--line); fill: none; } .line { stroke: var(--good); stroke-width: 2.5; fill: none; }
.area.reproduced, i.reproduced { fill: var(--good); background: var(--good); } .area.not-reproduced, i.not-reproduced { fill: var(--bad); background: var(--bad); }
.area.unjudged, i.unjudged { fill: var(--line); background: var(--line); }
.bar { display: block; width: 100%; min-width: 5rem; height: .8rem; margin-top: .35rem; }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: .9rem; } .key i { display: inline-block; width: .8rem; height: .8rem; margin-right: .35rem; border: 1px solid var(--faint); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .5rem 0; } dt { color: var(--faint); } dd { margin: 0; }
ul.plain { list-style: none; padding: 0; columns: 22rem; } details summary { cursor: pointer; }
section.package { border-top: 1px solid var(--line); padding: .3rem 0 1rem; scroll-margin-top: .5rem; } section.package h2 { margin: .7rem 0 .2rem; }
.back { display: none; } main:has(section.package:target) section.package:not(:target), main:has(section.package:target) .all { display: none; }
main:has(section.package:target) .back { display: block; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: .5rem; color: var(--faint); font-size: .9rem; }
@media (max-width: 44rem) {
  table.stack, .stack caption, .stack tbody, .stack tr, .stack td { display: block; } .stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stack tr { border-bottom: 1px solid var(--line); padding: .4rem 0; } .stack td { border: 0; padding: 0; text-align: left; white-space: normal; }
  .stack td[data-label]:not(:empty)::before { content: attr(data-label) ': '; color: var(--faint); }
  dl { grid-template-columns: 1fr; } dd { margin-left: 1rem; }
}
@media print {
${printPalette}
  body { max-width: none; padding: 0; font-size: 10pt; } nav, .filter, .pages button, .skip, .back { display: none !important; } table { font-size: 8.5pt; }
  details::details-content { content-visibility: visible; block-size: auto; } tr, .plot { break-inside: avoid; } .plot { overflow: visible; } .plot svg { min-width: 0; }
  .area, .key i { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;

/**
 * The stylesheet of the HTML report, for light and dark, narrow screens and paper. Items of lists are plain blocks: browsers
 * renumber list items whenever one is hidden, which takes minutes with ten thousand.
 */
import { palette, printPalette } from './palette.ts';

export const stylesheet = `
${palette}body { margin: 0 auto; padding: 1rem; max-width: 75rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }
code, pre, td { font: .85rem/1.4 ui-monospace, monospace; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.05rem; margin: 0; display: inline; } h3 { font-size: 1rem; }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
#filter { display: block; border: 1px solid var(--line); border-radius: .3rem; padding: 0 .8rem .6rem;
  margin-bottom: 1rem; }
#filter[hidden], [hidden] { display: none; }
fieldset { border: 0; padding: 0; margin: .4rem 0 0; display: flex; flex-wrap: wrap; gap: .1rem 1rem; }
legend { float: left; font-weight: 600; margin-right: 1rem; }
input, button { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--faint); border-radius: .2rem; }
input[type=search] { min-width: min(20rem, 90vw); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 1px; }
.package { border-top: 1px solid var(--line); padding: .6rem 0; }
summary { cursor: pointer; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .6rem 0; }
dt { color: var(--faint); } dd { margin: 0; }
ul { list-style: none; margin: .2rem 0; padding: 0 0 0 1rem; border-left: 1px solid var(--line); }
li { display: block; margin: .15rem 0; }
.large .package { content-visibility: auto; contain-intrinsic-size: auto 3rem; }
.large li.d { content-visibility: auto; contain-intrinsic-size: auto 1.5rem; }
em { font-style: normal; border: 1px solid var(--line); border-radius: .6rem; padding: 0 .5rem; font-size: .85rem; }
small, .where, .cut, figcaption, th { color: var(--faint); font-size: .85rem; }
.cause, .where { margin: .2rem 0; } main p { margin: .4rem 0; }
pre { margin: 0; white-space: pre-wrap; }
.p { background: var(--p); } .r { background: var(--r); }
.p b { background: var(--pb); } .r b { background: var(--rb); }
b { font-weight: inherit; text-decoration: underline; text-underline-offset: 2px; }
table { border-collapse: collapse; table-layout: fixed; width: 100%; margin: .3rem 0; border: 1px solid var(--line); }
th { text-align: left; font-weight: 400; }
th, td { vertical-align: top; padding: 0 .4rem; } td { white-space: pre-wrap; }
col.n { width: 4.5rem; } td.n { text-align: right; color: var(--faint); user-select: none; }
td.n.p::after { content: ' −'; } td.n.r::after { content: ' +'; }
td.n.p, td.n.r { color: var(--ink); }
a { color: var(--focus); } table.all { table-layout: auto; } .all td { font: inherit; white-space: normal; }
.all th, .all td:nth-child(-n+2) { overflow-wrap: normal; } .all td:first-child { white-space: nowrap; } .m { max-height: 20rem; overflow: auto; }
table.facts { table-layout: auto; } .facts th, .facts td { padding: .1rem .5rem; } td.w { overflow-wrap: normal; }
.hex { display: flex; flex-wrap: wrap; gap: .3rem 1.5rem; } figure { margin: .2rem 0; }
footer { border-top: 1px solid var(--line); color: var(--faint); font-size: .9rem; }
@media (max-width: 44rem) {
  dl { grid-template-columns: 1fr; } dd { margin-left: 1rem; }
  .all tr { grid-template-columns: 1fr; padding: .3rem 0; border-top: 1px solid var(--line); } .all td:empty { display: none; }
  .all td:nth-child(4)::after { content: ' differences'; }
  .facts tr { grid-template-columns: 1fr; padding: .2rem 0; border-top: 1px solid var(--line); } .facts td:empty { display: none; }
  .facts td[data-h]::before { content: attr(data-h) ' '; color: var(--faint); }
  table, tbody { display: block; } colgroup { display: none; } tr { display: grid; grid-template-columns: 4rem 1fr; } thead, td.x, td.t { display: none; }
}
@media print {
${printPalette}  body { max-width: none; padding: 0; font-size: 10pt; } #filter { display: none !important; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .large .package, .large li.d { content-visibility: visible; } li, tr, figure { break-inside: avoid; }
}
`;

/**
 * The script of the HTML report: it filters by verdict, kind, cause and path, opens and folds everything, and walks
 * the tree with the arrow keys. It is plain JavaScript, since exactly this text is pinned by digest.
 */
export const script = `
'use strict';
(() => {
  const filter = document.getElementById('filter');
  const words = document.getElementById('words');
  const count = document.getElementById('count');
  const packages = Array.from(document.querySelectorAll('.package'), (element) => {
    const name = element.querySelector('h2').textContent.toLowerCase();
    const differences = Array.from(element.querySelectorAll('.d'), (item) => ({
      item,
      count: Number(item.dataset.count ?? 1),
      kind: item.dataset.kind,
      causes: item.dataset.cause.split(' '),
      path: (item.dataset.path ?? item.querySelector('code')?.textContent ?? '').toLowerCase(),
      others: undefined,
    }));
    const groups = Array.from(element.querySelectorAll('.section'));
    return { element, name, differences, groups };
  });
  const rows = Array.from(document.querySelectorAll('.all tbody tr'), (element) => ({
    element,
    name: element.cells[2].textContent.toLowerCase(),
  }));
  // Of all packages, those whose differences are not all shown included.
  const total = Number(count.dataset.total);

  // A row stands for several differences; the paths of the others are read where a path is asked for.
  const matching = (each, text) => {
    if (text === '') return each.count;
    each.others ??= (each.item.querySelector('.m')?.textContent ?? '').toLowerCase().split('\\n');
    return Number(each.path.includes(text)) + each.others.filter((path) => path.includes(text)).length;
  };

  const chosen = (name) => {
    const boxes = Array.from(filter.querySelectorAll('input[name=' + name + ']'));
    if (boxes.every((box) => box.checked)) return undefined;
    return new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  };

  const apply = () => {
    const text = words.value.toLowerCase();
    const verdicts = chosen('verdict');
    const kinds = chosen('kind');
    const causes = chosen('cause');
    const narrowed = kinds !== undefined || causes !== undefined;
    let shown = 0;
    for (const { element, name, differences, groups } of packages) {
      const named = name.includes(text);
      let own = 0;
      for (const each of differences) {
        const fits = (kinds === undefined || kinds.has(each.kind)) &&
          (causes === undefined || each.causes.some((cause) => causes.has(cause)));
        const found = fits ? (named ? each.count : matching(each, text)) : 0;
        each.item.hidden = found === 0;
        own += found;
      }
      for (const group of groups) {
        const inside = group.querySelectorAll('.d');
        group.hidden = inside.length > 0 && Array.from(inside).every((item) => item.hidden);
      }
      const wanted = own > 0 || (named && !narrowed);
      element.hidden = !(wanted && (verdicts === undefined || verdicts.has(element.dataset.verdict)));
      if (!element.hidden) shown += own;
    }
    // A row is shown with its section, and by its own words where it has none.
    rows.forEach(({ element, name }, at) => {
      element.hidden = at < packages.length
        ? packages[at].element.hidden
        : narrowed || !name.includes(text) || !(verdicts === undefined || verdicts.has(element.dataset.verdict));
    });
    count.textContent = shown + ' of ' + total + ' differences shown';
  };

  let waiting = 0;
  filter.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 60);
  });

  const visible = (element) => element.checkVisibility();
  const setAll = (open) => {
    for (const details of document.querySelectorAll('main details')) {
      if (details.closest('[hidden]') === null) details.open = open;
    }
  };
  document.getElementById('unfold').addEventListener('click', () => setAll(true));
  document.getElementById('fold').addEventListener('click', () => setAll(false));

  document.getElementById('packages').addEventListener('keydown', (event) => {
    const summary = event.target.closest('summary');
    if (summary === null || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      const all = Array.from(document.querySelectorAll('main summary'));
      let at = all.indexOf(summary) + step;
      while (all[at] !== undefined && !visible(all[at])) at += step;
      all[at]?.focus();
    } else if (event.key === 'ArrowRight') summary.parentElement.open = true;
    else if (event.key === 'ArrowLeft' && summary.parentElement.open) summary.parentElement.open = false;
    else if (event.key === 'ArrowLeft') summary.parentElement.parentElement.closest('details')?.querySelector('summary').focus();
    else return;
    event.preventDefault();
  });

  // A link to a package opens it.
  const openNamed = () => {
    const details = location.hash.startsWith('#p') && document.getElementById(location.hash.slice(1))?.querySelector('details');
    if (details) details.open = true;
  };
  addEventListener('hashchange', openNamed);

  filter.hidden = false;
  apply();
  openNamed();
})();
`;

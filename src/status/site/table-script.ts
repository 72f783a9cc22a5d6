/** The script of the table of packages. It is plain JavaScript, since exactly this text is pinned by digest. */

/** Rows of a page of the table. */
export const rowsOfPage = 100;

export const tableScript = `
'use strict';
(() => {
  const byId = (id) => document.getElementById(id);
  const { values, titles, rows } = JSON.parse(byId('rows').textContent);
  byId('rows').remove();
  const size = ${rowsOfPage};
  const body = document.querySelector('#packages tbody');
  const heads = Array.from(document.querySelectorAll('#packages th'));
  const filters = ['state', 'reason', 'cause', 'arch', 'melange'];
  const at = { name: 0, version: 1, arch: 2, state: 3, reason: 4, cause: 5, melange: 6, judged: 7, popularity: 8, repository: 9 };
  const lower = rows.map((row) => row[0].toLowerCase() + ' ' + row[1]);
  const order = rows.map((_, index) => index);
  let found = order;
  let page = 1;

  const pageOf = (name) => {
    let hash = 0x811c9dc5;
    for (let index = 0; index < name.length; index += 1) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193) >>> 0;
    return 'p/' + (hash & 0xff).toString(16).padStart(2, '0') + '.html';
  };
  const title = (kind, value) => titles[kind]?.[value] ?? value;
  const value = (row, key) => values[key][row[at[key]]];
  const numbers = new Intl.Collator('en', { numeric: true });

  const compareBy = {
    name: (a, b) => (a[0] < b[0] ? -1 : Number(a[0] > b[0])),
    version: (a, b) => numbers.compare(a[1], b[1]),
    cause: (a, b) => b[5].length - a[5].length || (a[5][0] ?? -1) - (b[5][0] ?? -1),
    popularity: (a, b) => a[8] - b[8],
  };
  for (const key of ['arch', 'state', 'melange', 'judged']) {
    const rank = new Map([...values[key]].sort(numbers.compare).map((each, index) => [each, index]));
    const ranks = values[key].map((each) => rank.get(each));
    compareBy[key] = (a, b) => ranks[a[at[key]]] - ranks[b[at[key]]];
  }

  const read = () => {
    const given = new URLSearchParams(location.hash.slice(1));
    byId('q').value = given.get('q') ?? '';
    for (const key of filters) {
      const select = byId(key);
      select.value = given.get(key) ?? '';
      if (select.selectedIndex < 0) select.value = '';
    }
    const wanted = given.get('sort') ?? '-popularity';
    const key = wanted.replace(/^-/, '');
    page = Math.max(1, Number.parseInt(given.get('page') ?? '1', 10) || 1);
    return { key: Object.hasOwn(compareBy, key) ? key : 'popularity', down: wanted.startsWith('-') };
  };

  let sort = read();
  const write = () => {
    const kept = new URLSearchParams();
    if (byId('q').value !== '') kept.set('q', byId('q').value);
    for (const key of filters) if (byId(key).value !== '') kept.set(key, byId(key).value);
    const wanted = (sort.down ? '-' : '') + sort.key;
    if (wanted !== '-popularity') kept.set('sort', wanted);
    if (page > 1) kept.set('page', String(page));
    const hash = '#' + kept;
    if (hash !== location.hash && (hash !== '#' || location.hash !== '')) history.replaceState(null, '', hash);
  };

  const search = () => {
    const words = byId('q').value.toLowerCase().split(' ').filter((word) => word !== '');
    const chosen = filters.flatMap((key) => {
      const wanted = byId(key).value;
      if (wanted === '') return [];
      const number = values[key].indexOf(wanted);
      return [key === 'cause' ? (row) => row[5].includes(number) : (row) => row[at[key]] === number];
    });
    found = order.filter((index) => words.every((word) => lower[index].includes(word)) && chosen.every((fits) => fits(rows[index])));
    const compare = compareBy[sort.key];
    const sign = sort.down ? -1 : 1;
    found.sort((a, b) => sign * compare(rows[a], rows[b]) || a - b);
  };

  const cell = (row, head, text) => {
    const made = document.createElement('td');
    if (head.classList.contains('n')) made.className = 'n';
    made.dataset.label = head.dataset.title;
    if (head.dataset.key === 'name') {
      const link = document.createElement('a');
      const number = row[at.repository];
      link.href = pageOf(row[0]) + '#' + value(row, 'arch') + '/' + row[0] + (number === 0 ? '' : '@' + (number + 1));
      link.textContent = text;
      made.append(link);
    } else made.textContent = text;
    return made;
  };

  const textOf = (row, key) => {
    if (key === 'state') {
      const reason = value(row, 'reason');
      return title('state', value(row, 'state')) + (reason === '' ? '' : ' (' + reason + ')');
    }
    if (key === 'cause') {
      if (value(row, 'state') !== 'not-reproduced') return '';
      return row[5].map((number) => title('cause', values.cause[number])).join(', ') || 'no cause named';
    }
    return key in values ? value(row, key) : String(row[at[key]]);
  };

  const show = () => {
    const last = Math.max(1, Math.ceil(found.length / size));
    page = Math.min(page, last);
    const shown = found.slice((page - 1) * size, page * size).map((index) => {
      const line = document.createElement('tr');
      line.append(...heads.map((head) => cell(rows[index], head, textOf(rows[index], head.dataset.key))));
      return line;
    });
    body.replaceChildren(...shown);
    for (const head of heads) {
      if (head.dataset.key === sort.key) head.setAttribute('aria-sort', sort.down ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    }
    byId('count').textContent = found.length + ' of ' + rows.length + ' packages';
    byId('where').textContent = 'page ' + page + ' of ' + last;
    byId('previous').disabled = page === 1;
    byId('next').disabled = page === last;
    write();
  };
  const apply = () => { search(); show(); };

  for (const head of heads) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    head.dataset.title = head.textContent;
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const { key } = head.dataset;
      sort = { key, down: sort.key === key ? !sort.down : key === 'popularity' || key === 'judged' };
      page = 1;
      apply();
    });
  }
  let waiting = 0;
  byId('filter').addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { page = 1; apply(); }, 60);
  });
  const turn = (step) => {
    page += step;
    show();
    byId('packages').scrollIntoView();
  };
  byId('previous').addEventListener('click', () => turn(-1));
  byId('next').addEventListener('click', () => turn(1));
  addEventListener('hashchange', () => { sort = read(); apply(); });
  addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest('input, select') !== null) return;
    event.preventDefault();
    byId('q').focus();
  });
  byId('filter').hidden = false;
  byId('pages').hidden = false;
  // What is there is shown before it is worked on.
  requestAnimationFrame(() => setTimeout(apply));
})();
`;

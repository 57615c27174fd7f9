// SPDX-License-Identifier: Apache-2.0
// The tools the page is made with. Log values reach the page by textContent and by attributes only; the
// policy of the page (require-trusted-types-for) makes the browser refuse any other way.
const data = JSON.parse(document.getElementById('data').textContent);
const levels = ['informational', 'low', 'medium', 'high', 'critical'],
  symbols = ['·', '○', '●', '▲', '◆'];
const at = id => document.getElementById(id);
function make(name, options, ...children) {
  const node = document.createElement(name);
  for (const key in options || {}) {
    if (key === 'click') node.addEventListener('click', options[key]);
    else node.setAttribute(key, options[key]);
  }
  for (const child of children)
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  return node;
}
function drawn(name, options, text) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const key in options) node.setAttribute(key, options[key]);
  if (text !== undefined) node.textContent = text;
  return node;
}
const button = (text, click, options) => make('button', {type: 'button', click, ...options}, text);
// Characters that cannot be seen, or that turn the direction of the text, are shown by their number.
const hidden =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const plain = text => String(text).replace(hidden, c => '\\u{' + c.charCodeAt(0).toString(16) + '}');
const cut = (text, length) => (text.length > length ? text.slice(0, length - 1) + '…' : text);
const count = n => n.toLocaleString('en-GB');
const many = (n, one) => count(n) + ' ' + one + (n === 1 ? '' : 's');
const size = n =>
  n < 1e4
    ? n + ' bytes'
    : n < 1e7
      ? (n / 1e3).toFixed(1) + ' kB'
      : n < 1e10
        ? (n / 1e6).toFixed(1) + ' MB'
        : (n / 1e9).toFixed(1) + ' GB';
const second = text => (text ? text.slice(0, 19).replace('T', ' ') : '');
const iso = ms => second(new Date(ms).toISOString());
function lasted(ms) {
  const parts = [
    ['day', 864e5],
    ['hour', 36e5],
    ['minute', 6e4],
    ['second', 1e3]
  ];
  const first = parts.findIndex(p => ms >= p[1]);
  if (first < 0) return 'less than a second';
  const n = Math.floor(ms / parts[first][1]),
    rest = parts[first + 1] ? Math.floor((ms % parts[first][1]) / parts[first + 1][1]) : 0;
  return many(n, parts[first][0]) + (rest ? ' ' + many(rest, parts[first + 1][0]) : '');
}
function spanText(first, last) {
  if (!first) return 'no time';
  if (second(first) === second(last)) return second(first);
  return (
    second(first) + ' to ' + (first.slice(0, 10) === last.slice(0, 10) ? last.slice(11, 19) : second(last))
  );
}
const levelMark = rank => make('span', {class: 'level v' + rank}, symbols[rank] + ' ' + levels[rank]);
const levelCounts = byLevel =>
  [4, 3, 2, 1, 0]
    .filter(r => byLevel[r])
    .map(r => count(byLevel[r]) + ' ' + levels[r])
    .join(', ');
function levelBar(byLevel) {
  const bar = make('span', {class: 'bar', 'aria-hidden': 'true'});
  for (let rank = 4; rank >= 0; rank--)
    if (byLevel[rank]) {
      const part = make('span', {class: 'k' + rank});
      part.style.flexGrow = byLevel[rank];
      bar.append(part);
    }
  return bar;
}
// A name that begins with # heads a column of numbers.
// A name that begins with # heads a column of numbers.
function heads(...names) {
  const head = name =>
    make('th', {scope: 'col', class: name[0] === '#' ? 'n' : ''}, name.replace(/^#/, ''));
  return make('thead', {}, make('tr', {}, ...names.map(head)));
}
// Cells are texts or nodes; a <td> stands for itself.
function tableOf(names, lines) {
  const cell = c => (c instanceof Node && c.tagName === 'TD' ? c : make('td', {}, c));
  const body = make('tbody', {}, ...lines.map(cells => make('tr', {}, ...cells.map(cell))));
  return make('table', {}, heads(...names), body);
}
const numeric = text => make('td', {class: 'n'}, text);
const scrolled = table =>
  make('div', {class: 'scroll short', tabindex: '0', role: 'region', 'aria-label': 'Table'}, table);
// A header that sorts: a button, so that a keyboard reaches it; the state is in aria-sort.
function sortHead(place, columns, state, redraw) {
  const head = make('tr');
  columns.forEach((column, i) => {
    const here = state.column === i;
    const press = button(column.name + (here ? (state.down ? ' ↓' : ' ↑') : ''), () => {
      if (here) state.down = !state.down;
      else {
        state.column = i;
        state.down = !column.textual;
      }
      redraw();
      const again = at(place).querySelectorAll('th button')[i];
      if (again) again.focus();
    });
    head.append(
      make(
        'th',
        {
          scope: 'col',
          class: column.kind || '',
          'aria-sort': here ? (state.down ? 'descending' : 'ascending') : 'none'
        },
        press
      )
    );
  });
  return make('thead', {}, head);
}
function sorted(items, columns, state, tie) {
  const by = columns[state.column].by,
    sign = state.down ? -1 : 1;
  return items
    .map(item => [by(item), item])
    .sort((a, b) => (a[0] < b[0] ? -sign : a[0] > b[0] ? sign : tie(a[1], b[1])))
    .map(pair => pair[1]);
}
const order = {rules: {column: 0, down: true}, hosts: {column: 1, down: true}};
function table(id, columns, items, redraw) {
  const ranked = sorted(
      items,
      columns,
      order[id],
      (a, b) => b.rank - a.rank || a.n - b.n || (a.key < b.key ? -1 : 1)
    ),
    shown = ranked.slice(0, 500);
  const body = make(
    'tbody',
    {},
    ...shown.map(row => make('tr', {}, ...columns.map(c => make('td', {class: c.kind || ''}, c.show(row)))))
  );
  at(id).replaceChildren(make('table', {}, sortHead(id, columns, order[id], redraw), body));
  if (ranked.length > shown.length)
    at(id).append(
      make('p', {class: 'note'}, count(ranked.length - shown.length) + ' more rows; filter to see them.')
    );
}
// Findings put together by the keys of each.
function grouped(list, keys) {
  const groups = new Map();
  for (const f of list)
    for (const key of keys(f)) {
      let g = groups.get(key);
      if (!g)
        groups.set(
          key,
          (g = {
            key,
            sample: f,
            n: 0,
            rank: 0,
            byLevel: [0, 0, 0, 0, 0],
            hosts: new Set(),
            rules: new Set(),
            first: '',
            last: ''
          })
        );
      g.n++;
      g.rank = Math.max(g.rank, f.rank);
      g.byLevel[f.rank]++;
      if (f.host) g.hosts.add(f.host);
      g.rules.add(f.rule);
      if (f.rank > g.sample.rank) g.sample = f;
      if (f.time) {
        if (!g.first || f.time < g.first) g.first = f.time;
        if (f.time > g.last) g.last = f.time;
      }
    }
  return [...groups.values()];
}
// By how many findings of the gravest level, then the next.
function graver(a, b) {
  for (let rank = 4; rank >= 0; rank--)
    if (a.byLevel[rank] !== b.byLevel[rank]) return b.byLevel[rank] - a.byLevel[rank];
  return a.key < b.key ? -1 : 1;
}
function copy(text, press) {
  const said = press.textContent,
    done = ok => {
      press.textContent = ok ? 'Copied' : 'The browser did not allow it';
      setTimeout(() => {
        press.textContent = said;
      }, 1600);
    };
  const byHand = () => {
    const area = make('textarea', {'aria-hidden': 'true', class: 'unseen'});
    area.value = text;
    document.body.append(area);
    area.select();
    let ok = false;
    try {
      ok = document.execCommand('copy');
    } catch (e) {
      ok = false;
    }
    area.remove();
    press.focus();
    done(ok);
  };
  if (navigator.clipboard) navigator.clipboard.writeText(text).then(() => done(true), byHand);
  else byHand();
}
// The part of a value that a plain test matched, marked.
function marked(value, predicate, pattern) {
  const text = plain(value),
    sought = plain(pattern),
    node = make('code');
  const lower = text.toLowerCase(),
    small = sought.toLowerCase();
  const place =
    !small || lower.length !== text.length || small.length !== sought.length
      ? -1
      : /ends/.test(predicate)
        ? lower.lastIndexOf(small)
        : /contains|starts|equals/.test(predicate)
          ? lower.indexOf(small)
          : -1;
  if (place < 0) node.append(text);
  else
    node.append(
      text.slice(0, place),
      make('mark', {}, text.slice(place, place + sought.length)),
      text.slice(place + sought.length)
    );
  return node;
}

// SPDX-License-Identifier: Apache-2.0
// The findings, the filters and what they let through.
const findings = data.findings.map((entry, i) =>
  Object.assign(entry.finding, {number: i + 1, record: entry.record, cut: entry.cut})
);
const known = Object.assign(Object.create(null), data.techniques), // no inherited names
  current = id => (known[id] && known[id].now) || id;
const techniqueName = id => (known[id] ? known[id].name : '');
for (const f of findings) {
  f.rank = levels.indexOf(f.level);
  f.rule = f.rule_id || f.rule_title;
  if (f.time.startsWith('1970-01-01T00:00:00.0000000')) f.time = '';
  f.at = Date.parse(f.time);
  f.techniques = [...new Set(f.attack.map(current))];
  f.tactics = [...new Set(f.techniques.flatMap(id => (known[id] ? known[id].tactics : [])))];
}
const everything = () => ({
  levels: new Set([0, 1, 2, 3, 4]),
  text: '',
  host: null,
  rule: null,
  technique: null,
  from: null,
  to: null
});
const chosen = everything();
const PAGE = 100;
let limit = PAGE,
  visible = [];
const opened = new Set(),
  lowered = [];
const under = (id, parent) => id === parent || id.startsWith(parent + '.');
function textOf(f) {
  if (f.text === undefined)
    f.text = [
      f.rule_title,
      f.rule_id,
      f.level,
      f.host,
      f.file,
      f.channel,
      f.event_id,
      f.record_id,
      f.attack.join(' '),
      f.techniques.join(' '),
      f.advisory.join(' '),
      ...f.why.map(w => w.field + ' ' + w.pattern + ' ' + w.value),
      ...f.entities.map(e => e.value)
    ]
      .join('\n')
      .toLowerCase();
  return f.text;
}
function recordText(f) {
  if (f.record < 0) return '';
  if (lowered[f.record] === undefined)
    lowered[f.record] = data.records[f.record].text.replaceAll('\\\\', '\\').toLowerCase();
  return lowered[f.record];
}
function matches(f) {
  return (
    chosen.levels.has(f.rank) &&
    (chosen.host === null || f.host === chosen.host) &&
    (chosen.rule === null || f.rule === chosen.rule) &&
    (chosen.technique === null || f.techniques.some(id => under(id, chosen.technique))) &&
    (chosen.from === null || (f.at >= chosen.from && f.at <= chosen.to)) &&
    (!chosen.text || textOf(f).includes(chosen.text) || recordText(f).includes(chosen.text))
  );
}
const hostName = host => plain(host) || '(no host named)';
function picker(name, value, label, options) {
  return button(
    label,
    () => {
      chosen[name] = value;
      sync();
      at('filters').scrollIntoView();
      at(name).focus({preventScroll: true});
    },
    options
  );
}
function draw() {
  visible = findings.filter(matches);
  const by = [
    chosen.text && 'text “' + plain(chosen.text) + '”',
    chosen.host !== null && 'host ' + hostName(chosen.host),
    chosen.rule !== null && 'one rule',
    chosen.technique !== null && 'technique ' + plain(chosen.technique),
    chosen.levels.size < 5 && 'levels',
    chosen.from !== null && 'time'
  ]
    .filter(Boolean)
    .join(', ');
  at('matching').textContent =
    count(visible.length) +
    ' of ' +
    many(findings.length, 'finding') +
    ' shown' +
    (by ? ', filtered by ' + by : '') +
    '.';
  timeline();
  tables();
  attack();
  list();
}
function tables() {
  const number = (name, by) => ({name, by, kind: 'n', show: r => count(by(r))}),
    moment = (name, by) => ({name, by, kind: 't', textual: true, show: r => second(by(r))});
  table(
    'rules',
    [
      {name: 'Level', by: r => r.rank, show: r => levelMark(r.rank)},
      {
        name: 'Rule',
        by: r => r.sample.rule_title.toLowerCase(),
        textual: true,
        show: r => picker('rule', r.key, plain(r.sample.rule_title))
      },
      number('Findings', r => r.n),
      number('Hosts', r => r.hosts.size),
      moment('First', r => r.first),
      moment('Last', r => r.last)
    ],
    grouped(visible, f => [f.rule]),
    tables
  );
  table(
    'hosts',
    [
      {
        name: 'Host',
        by: r => r.key.toLowerCase(),
        textual: true,
        show: r => {
          const cell = make('span', {}, picker('host', r.key, hostName(r.key)));
          cell.append(levelBar(r.byLevel));
          return cell;
        }
      },
      ...[4, 3, 2, 1, 0].map(rank => number(symbols[rank] + ' ' + levels[rank], r => r.byLevel[rank])),
      number('Rules', r => r.rules.size),
      moment('First', r => r.first),
      moment('Last', r => r.last)
    ],
    grouped(visible, f => [f.host]),
    tables
  );
}
function fill(id, all, pairs) {
  at(id).replaceChildren(
    make('option', {value: ''}, all),
    ...pairs.map(([key, label], i) => {
      const o = make('option', {value: String(i + 1)}, label);
      o.key = key;
      return o;
    })
  );
  at(id).addEventListener('change', () => {
    const o = at(id).selectedOptions[0];
    chosen[id] = o.value === '' ? null : o.key;
    sync();
  });
}
function sync() {
  for (const id of ['host', 'rule', 'technique'])
    for (const o of at(id).options)
      if (o.value === '' ? chosen[id] === null : o.key === chosen[id]) o.selected = true;
  for (const b of at('levels').children)
    b.setAttribute('aria-pressed', String(chosen.levels.has(Number(b.dataset.rank))));
  at('chips').replaceChildren(
    ...(chosen.from === null
      ? []
      : [
          button('Time: ' + iso(chosen.from) + ' to ' + iso(chosen.to) + ' ✕', () => {
            chosen.from = chosen.to = null;
            sync();
          })
        ])
  );
  limit = PAGE;
  draw();
}
function filters() {
  const byLabel = (a, b) => (a[1] < b[1] ? -1 : 1);
  fill(
    'host',
    'All hosts',
    [...new Set(findings.map(f => f.host))].map(h => [h, hostName(h)]).sort(byLabel)
  );
  fill('rule', 'All rules', [...new Map(findings.map(f => [f.rule, plain(f.rule_title)]))].sort(byLabel));
  fill(
    'technique',
    'All techniques',
    [...new Set(findings.flatMap(f => f.techniques.flatMap(id => [id.split('.')[0], id])))]
      .map(t => [t, plain(t) + ' ' + techniqueName(t)])
      .sort(byLabel)
  );
  for (let rank = 4; rank >= 0; rank--)
    at('levels').append(
      button(
        symbols[rank] + ' ' + levels[rank],
        () => {
          if (chosen.levels.has(rank)) chosen.levels.delete(rank);
          else chosen.levels.add(rank);
          sync();
        },
        {class: 'v' + rank + ' e' + rank, 'data-rank': rank, 'aria-pressed': 'true'}
      )
    );
  let waiting = 0;
  at('text').addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      chosen.text = at('text').value.toLowerCase();
      sync();
    }, 150);
  });
  at('filters').addEventListener('submit', e => e.preventDefault());
  at('filters').addEventListener('reset', () => {
    Object.assign(chosen, everything());
    setTimeout(sync, 0);
  });
  at('wider').addEventListener('click', () => zoom(null, null));
  at('rows').addEventListener('change', () => {
    lanesBy = at('rows').value;
    timeline();
  });
  at('more').addEventListener('click', () => {
    const was = limit;
    limit += PAGE * 2;
    list();
    const next = at('findings').querySelectorAll('.opener')[was];
    if (next) next.focus();
  });
}

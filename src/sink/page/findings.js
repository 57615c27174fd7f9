// SPDX-License-Identifier: Apache-2.0
// The table of findings, and what one of them opens.
const sorting = {column: 0, down: false};
const columns = [
  {name: 'No.', kind: 'n', textual: true, by: f => f.number},
  {name: 'Level', by: f => f.rank},
  {name: 'Time (UTC)', kind: 't', textual: true, by: f => f.time},
  {name: 'Rule', kind: 'r', textual: true, by: f => f.rule_title.toLowerCase()},
  {name: 'Host', kind: 'h', textual: true, by: f => f.host.toLowerCase()},
  {name: 'Why', kind: 'w', textual: true, by: f => reason(f).toLowerCase()},
  {name: 'ATT&CK', textual: true, by: f => f.techniques.join(' ')}
];
// The reason that says most: what kind of record it is says little.
function reason(f) {
  const w = f.why.find(w => w.value && !/^(EventID|Provider_Name|Channel)$/i.test(w.field)) || f.why[0];
  return w ? plain((w.field ? w.field + ': ' : '') + (w.value || w.pattern)) : '';
}
function facts(f) {
  const node = make('dl'),
    pair = (name, value) => {
      if (value !== '' && value !== undefined && value !== null)
        node.append(
          make('dt', {}, plain(name)),
          make('dd', {}, value instanceof Node ? value : plain(value))
        );
    };
  pair('Time', f.time);
  for (const e of f.entities) pair(e.type, e.value);
  pair('Channel', f.channel);
  pair('Event id', f.event_id || '');
  pair('File', f.file);
  pair('Record', f.record_id);
  pair(
    'ATT&CK',
    f.attack
      .map(
        id =>
          id +
          (techniqueName(id) ? ' ' + techniqueName(id) : '') +
          (current(id) !== id ? ' (today ' + current(id) + ')' : '')
      )
      .join('; ')
  );
  pair('Advisory', f.advisory.join(', '));
  pair('Rule id', f.rule_id);
  pair('Finding', f.id);
  return node;
}
const NOT_KEPT = -1; // html_data.h
function recordPart(f) {
  const node = make('div', {}, make('h3', {}, 'The whole record'));
  if (f.record < 0) {
    const reason =
      f.record === NOT_KEPT
        ? 'The record itself was not kept; see file and record number above.'
        : 'The record was left out, since the page would have become too large.';
    node.append(make('p', {class: 'soft'}, reason + ' `bartizan decode FILE` prints it.'));
    return node;
  }
  const record = data.records[f.record],
    fields = fieldsOf(record),
    press = button('Copy the record', () => copy(record.text, press));
  node.append(make('div', {class: 'tools'}, press));
  if (record.cut)
    node.append(
      make(
        'p',
        {class: 'warn'},
        `The record was cut: it has ${size(record.size)}. \`bartizan decode FILE\` prints it whole.`
      )
    );
  if (fields) node.append(make('div', {class: 'scroll'}, fieldTable(f, fields)));
  const json = make('pre', {tabindex: '0'}, plain(record.text));
  node.append(make('details', fields ? {} : {open: ''}, make('summary', {}, 'As JSON'), json));
  return node;
}
// Null when the record cannot be taken apart: it is shown as text then.
function fieldsOf(record) {
  if (record.cut) return null;
  try {
    return JSON.parse(record.text).fields || null;
  } catch (error) {
    return null;
  }
}
function fieldTable(f, fields) {
  const tested = new Set(f.why.map(w => w.field.toLowerCase()));
  const lines = Object.entries(fields).map(([name, value]) => {
    const hit = tested.has(name.toLowerCase());
    return make(
      'tr',
      hit ? {class: 'hit'} : {},
      make('td', {}, make('code', {}, plain(name)), hit ? make('span', {class: 'soft'}, ' ← matched') : ''),
      make('td', {}, make('code', {}, plain(Array.isArray(value) ? value.join('\n') : value)))
    );
  });
  return make('table', {}, heads('Field', 'Value'), make('tbody', {}, ...lines));
}
function whyPart(f) {
  const node = make('div', {}, make('h3', {}, 'Why it fired'));
  const lines = f.why.map(w => [
    w.field ? make('code', {}, plain(w.field)) : w.predicate === 'includes' || !w.pattern ? '' : 'any field',
    plain(w.predicate),
    make('code', {}, plain(w.pattern)),
    marked(w.value, w.predicate, w.pattern)
  ]);
  if (lines.length)
    node.append(
      make('div', {class: 'scroll'}, tableOf(['Field', 'Test', 'Pattern', 'Value in the record'], lines))
    );
  else
    node.append(
      make(
        'p',
        {class: 'soft'},
        'The rule gives no single test, such as one that asks for the absence of a value.'
      )
    );
  if (f.cut)
    node.append(
      make('p', {class: 'note'}, `Values longer than ${count(data.limits.value)} bytes are cut here.`)
    );
  return node;
}
// The texts side by side, from the record to what the rule looked at.
function viewPart(f) {
  const v = f.view,
    steps = make('div', {class: 'layers'});
  for (const s of v.chain) {
    const how = s.transforms.map(plain).join(' > ');
    steps.append(
      make(
        'section',
        {},
        make('h4', {}, s.layer ? `Layer ${s.layer}` : 'As logged'),
        s.sink ? make('p', {class: 'soft'}, plain(s.sink) + (how ? ': ' + how : '')) : '',
        make('pre', {tabindex: '0'}, plain(s.text))
      )
    );
  }
  const name = (v.layer ? `Layer ${v.layer}` : 'The text') + (v.view === 'raw' ? '' : ', ' + v.view),
    why = f.why.find(w => w.pattern && w.value && v.text.includes(w.value.slice(0, 40))) || f.why[0];
  steps.append(
    make(
      'section',
      {class: 'hit'},
      make('h4', {}, 'What the rule saw'),
      make('p', {class: 'soft'}, plain(name) + (v.cut ? ', a part around the match' : '')),
      make('pre', {tabindex: '0'}, why ? marked(v.text, why.predicate, why.pattern) : plain(v.text))
    )
  );
  const notes = [
    `Found by reading ${v.field} as PowerShell would, without running it; score ${v.score} of 100.`,
    v.from_command_line
      ? 'The rule is about script blocks; the script stands in a command line.'
      : '',
    v.joined ? 'The script block was logged in parts and put together.' : '',
    v.partial ? 'Some of its parts are missing.' : '',
    v.verified ? 'PowerShell logged this very layer too.' : '',
    v.assumptions.length ? 'Taken for granted: ' + v.assumptions.join(', ') + '.' : '',
    v.limits.length ? 'Stopped at: ' + v.limits.join(', ') + '.' : ''
  ];
  return make(
    'div',
    {},
    make('h3', {}, 'Layers of the script'),
    make('p', {class: 'note'}, plain(notes.filter(n => n).join(' '))),
    make('div', {class: 'scroll'}, steps)
  );
}
function lookAround(f) {
  const tenMinutes = 6e5;
  at('text').value = '';
  Object.assign(chosen, everything(), {host: f.host, from: f.at - tenMinutes, to: f.at + tenMinutes});
  sync();
}
function inside(f) {
  const press = button('Copy the finding', () => copy(JSON.stringify(f, contract), press));
  const onlyRule = button('Only this rule', () => {
    chosen.rule = f.rule;
    sync();
  });
  const tools = make('div', {class: 'tools'}, press, onlyRule);
  if (f.time) tools.append(button('This host, ten minutes around', () => lookAround(f)));
  const where = make('div', {}, make('h3', {}, 'What and where'), facts(f));
  return make('div', {}, tools, make('div', {class: 'two'}, whyPart(f), where), f.view ? viewPart(f) : '', recordPart(f));
}
// The keys of a finding in `--format jsonl`, those inside it included.
const contract = [
  'id',
  'time',
  'rule_id',
  'rule_title',
  'level',
  'file',
  'record_id',
  'channel',
  'event_id',
  'host',
  'attack',
  'advisory',
  'why',
  'entities',
  'field',
  'predicate',
  'pattern',
  'value',
  'type',
  'view',
  'layer',
  'from_command_line',
  'verified',
  'joined',
  'partial',
  'score',
  'assumptions',
  'limits',
  'chain',
  'sink',
  'transforms',
  'text',
  'cut'
];
function rowOf(f) {
  const press = button(plain(f.rule_title), () => flip(), {'aria-expanded': 'false', class: 'opener'});
  const cells = [
    [count(f.number), 'n'],
    [levelMark(f.rank), ''],
    [second(f.time) || 'no time', 't'],
    [press, 'r'],
    [plain(f.host), 'h'],
    [cut(reason(f), 140), 'w'],
    [f.techniques.map(plain).join(' '), '']
  ];
  const row = make(
    'tr',
    {},
    ...cells.map(([content, kind], i) => make('td', {class: kind, 'data-name': columns[i].name}, content))
  );
  let detail = null;
  function flip() {
    if (detail) {
      detail.remove();
      detail = null;
      opened.delete(f.number);
    } else {
      detail = make('tr', {class: 'detail'}, make('td', {colspan: String(columns.length)}, inside(f)));
      row.after(detail);
      opened.add(f.number);
    }
    row.classList.toggle('open', !!detail);
    press.setAttribute('aria-expanded', String(!!detail));
  }
  return [
    row,
    () => {
      if (opened.has(f.number)) flip();
    }
  ];
}
function list() {
  const place = at('findings'),
    ranked = sorted(visible, columns, sorting, (a, b) => a.number - b.number).slice(0, limit);
  at('more').hidden = visible.length <= limit;
  at('more').textContent = 'Show more (' + count(Math.max(0, visible.length - limit)) + ' left)';
  if (!ranked.length) {
    place.replaceChildren(
      make(
        'p',
        {class: 'soft'},
        findings.length
          ? 'No finding matches the filters.'
          : 'No findings. See below what was read: silence is no proof that nothing happened.'
      )
    );
    return;
  }
  const pairs = ranked.map(rowOf);
  place.replaceChildren(
    make(
      'table',
      {},
      sortHead('findings', columns, sorting, list),
      make('tbody', {}, ...pairs.map(p => p[0]))
    )
  );
  for (const pair of pairs) pair[1]();
}
at('findings').addEventListener('keydown', event => {
  if (!event.target.classList.contains('opener') || !['ArrowDown', 'ArrowUp'].includes(event.key)) return;
  const all = [...at('findings').querySelectorAll('.opener')],
    next = all[all.indexOf(event.target) + (event.key === 'ArrowDown' ? 1 : -1)];
  if (next) {
    next.focus();
    event.preventDefault();
  }
});

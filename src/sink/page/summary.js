// SPDX-License-Identifier: Apache-2.0
// The first screen. It is about the whole scan and does not follow the filters.
const oddities = n => `${count(n)} ${n === 1 ? 'oddity' : 'oddities'} in the evidence`;
const missingSources = s =>
  s.sources.length ? s.sources.filter(x => !x.events).map(x => x.name) : s.missing;
function leadText(hosts) {
  if (!data.total) return 'No findings.';
  const first = hosts.reduce((least, h) => (h.first && (!least || h.first < least) ? h.first : least), ''),
    last = hosts.reduce((most, h) => (h.last > most ? h.last : most), ''),
    grave = [4, 3].filter(r => data.levels[r]).map(r => `${count(data.levels[r])} ${levels[r]}`);
  const when = first ? `; ${spanText(first, last)} UTC` : '',
    long = second(first) === second(last) ? '' : ` (${lasted(Date.parse(last) - Date.parse(first))})`;
  return (
    many(data.total, 'finding') +
    (grave.length ? ', of which ' + grave.join(' and ') : ', none of them high or critical') +
    ` on ${many(hosts.filter(h => h.key).length, 'host')}${when}${long}.`
  );
}
function silence(s) {
  if (!s.rules) return 'No rule was loaded, so that nothing could be found.';
  if (!s.events) return 'No event was read, so that no rule was tried.';
  const tried = s.applicable
    ? `${count(s.applicable)} of ${many(s.rules, 'rule')} could have applied to these logs`
    : `${many(s.rules, 'rule')} were tried`;
  return (
    tried +
    ', and none fired. That is no proof that nothing happened: compare the logs that were read ' +
    'with the log sources that the rules need.'
  );
}
// Only what was read is left to look at.
function nothingFound(s) {
  at('warnings').append(make('p', {}, silence(s)));
  at('explore').hidden = at('tiles').hidden = document.querySelector('.skip').hidden = true;
  for (const link of document.querySelectorAll('nav a'))
    if (at('explore').querySelector(link.hash)) link.parentElement.hidden = true;
}
function header() {
  const s = data.summary,
    hosts = grouped(findings, f => [f.host]),
    warn = text => at('warnings').append(make('p', {class: 'warn'}, text));
  at('lead').textContent = leadText(hosts);
  if (s.interrupted) warn('The scan was interrupted: only a part of the evidence was read.');
  if (data.total > findings.length)
    warn(
      `This page holds the ${count(findings.length)} most important of ${count(data.total)} findings; ` +
        'everything below the level counts is about those. `--format csv` and `--format jsonl` write all.'
    );
  if (s.unreadable.length)
    warn(many(s.unreadable.length, 'file') + ' could not be read, or not to the end: see the list below.');
  if (!data.total) nothingFound(s);
  for (let rank = 4; rank >= 0; rank--) {
    const total = make('b', {}, count(data.levels[rank]));
    at('tiles').append(
      make('div', {class: `v${rank} e${rank}`}, total, symbols[rank] + ' ' + levels[rank])
    );
  }
  worst();
  involved(hosts);
  brief(s);
}
const SHOWN = 6;
function fillCard(id, kind, all, show, what, part) {
  const items = all.slice(0, SHOWN).map(group => make('li', {}, ...show(group))),
    left = all.length - SHOWN;
  if (left > 0) items.push(make('li', {}, make('a', {href: part}, `${count(left)} more ${what}`)));
  at(id).replaceChildren(items.length ? make(kind, {}, ...items) : make('p', {class: 'soft'}, 'None.'));
}
function worst() {
  const rules = grouped(findings, f => [f.rule]);
  rules.sort((a, b) => b.rank - a.rank || a.n - b.n || (a.first < b.first ? -1 : 1));
  const where = r => {
    const names = [...r.hosts].slice(0, 2).map(plain).join(', '),
      more = r.hosts.size > 2 ? ` and ${many(r.hosts.size - 2, 'more host')}` : '';
    return [r.n > 1 ? many(r.n, 'finding') : '', names + more, second(r.first)].filter(Boolean).join(', ');
  };
  const show = r => [
    levelMark(r.rank),
    picker('rule', r.key, plain(r.sample.rule_title), {class: 'plain'}),
    make('small', {}, where(r))
  ];
  fillCard('worst', 'ol', rules, show, 'rules', '#rules-part');
}
function involved(hosts) {
  const show = h => [
    picker('host', h.key, hostName(h.key), {class: 'plain'}),
    levelBar(h.byLevel),
    make('small', {}, levelCounts(h.byLevel) + (h.first ? '; ' + spanText(h.first, h.last) : ''))
  ];
  fillCard('involved', 'ul', hosts.filter(h => h.key).sort(graver), show, 'hosts', '#hosts-part');
}
function brief(s) {
  const lines = [
    `${many(s.files, 'file')}, ${many(s.events, 'event')}, ${size(s.bytes)}`,
    many(s.rules, 'rule') +
      ' loaded' +
      (s.applicable ? `, ${count(s.applicable)} for logs that are here` : '') +
      (s.rules_unusable ? `; ${count(s.rules_unusable)} could not be used` : ''),
    s.unreadable.length ? many(s.unreadable.length, 'file') + ' could not be read' : '',
    s.not_recognised.length ? many(s.not_recognised.length, 'file') + ' not recognised' : '',
    s.oddities ? oddities(s.oddities) : '',
    missingSources(s).length
      ? many(missingSources(s).length, 'log source') + ' missing that rules need'
      : ''
  ];
  const all = make('li', {}, make('a', {href: '#read-part'}, 'All of it, with reasons'));
  at('brief').replaceChildren(
    make('ul', {}, ...lines.filter(Boolean).map(line => make('li', {}, line)), all)
  );
}

// SPDX-License-Identifier: Apache-2.0
// What was read, what was not and why, and which log sources the rules wanted.
const LISTED = 1000;
const MISSING = 'Rules need these and the evidence has none of them: what they would show cannot be found.';
function coverage() {
  const s = data.summary,
    byRules = (a, b) => b.rules - a.rules;
  at('read').append(
    make('p', {}, readText(s)),
    ...listed('Left out or changed by the tuning file', 'Findings that the rules made and this report does not show as made.', s.tuned),
    ...listed('Could not be read', 'Read not at all or not to the end.', s.unreadable),
    ...listed(
      'Not recognised',
      'No decoder knows the content; nothing in these files was looked at.',
      s.not_recognised
    )
  );
  if (s.sources.length)
    at('read').append(
      ...sources('Missing log sources', MISSING, s.sources.filter(x => !x.events).sort(byRules))
    );
  else at('read').append(...listed('Missing log sources', MISSING, s.missing));
  at('read').append(
    ...sources(
      'Log sources that were there',
      'Rules were tried on these.',
      s.sources.filter(x => x.events).sort(byRules)
    ),
    ...posture(s.posture),
    ...channels(s.channels)
  );
}
function readText(s) {
  return (
    `${many(s.files, 'file')}, ${many(s.events, 'event')}, ${size(s.bytes)}; ` +
    many(s.rules, 'rule') +
    ' loaded' +
    (s.applicable ? `, of which ${count(s.applicable)} could apply to these logs` : '') +
    (s.rules_unusable ? `, ${count(s.rules_unusable)} could not be used` : '') +
    (s.oddities
      ? `; ${oddities(s.oddities)}: damaged or unusual records, read as far as possible (see --verbose).`
      : '; no damaged or unusual records.')
  );
}
const headed = (title, all, note) => [
  make('h3', {}, `${title} (${count(all.length)})`),
  ...(note ? [make('p', {class: 'note'}, note)] : [])
];
function listed(title, note, all) {
  if (!all.length) return [];
  const items = all.slice(0, LISTED).map(text => make('li', {}, make('code', {}, plain(text)))),
    left = all.length - LISTED;
  if (left > 0) items.push(make('li', {class: 'note'}, count(left) + ' more are left out here.'));
  return [...headed(title, all, note), make('ul', {}, ...items)];
}
function sources(title, note, all) {
  if (!all.length) return [];
  const lines = all.map(x => [plain(x.name), numeric(count(x.rules)), numeric(count(x.events))]);
  return [
    ...headed(title, all, note),
    scrolled(tableOf(['Log source', '#Rules that need it', '#Events'], lines))
  ];
}
function posture(all) {
  if (!all.length) return [];
  const lines = all.map(p => [
    plain(p.host),
    plain(p.control),
    p.in_force ? 'in force' : make('b', {}, 'not in force'),
    plain(p.evidence),
    plain(p.next_step),
    plain([p.time.slice(0, 19), p.file, p.record && `record ${p.record}`].filter(Boolean).join(', '))
  ]);
  return [
    ...headed('Protections', all, 'What the evidence says last of each host or domain; silence is no fact.'),
    scrolled(tableOf(['Host', 'Protection', 'State', 'Because', 'Next step', 'Record'], lines))
  ];
}
function channels(all) {
  if (!all.length) return [];
  const lines = all
    .sort((a, b) => b.count - a.count)
    .map(c => [plain(c.name) || '(no channel)', numeric(count(c.count))]);
  return [...headed('Events by channel', all), scrolled(tableOf(['Channel', '#Events'], lines))];
}

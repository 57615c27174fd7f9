// SPDX-License-Identifier: Apache-2.0
// The groups that the findings were compared with; actors.h says how. The words never name who it was.
const named = id => id + (techniqueName(id) ? ' ' + techniqueName(id) : '');
function groups() {
  const {groups: all, level, distinctive, users, deviations} = data.actors;
  if (!all.length || !findings.length) {
    at('groups-part').hidden = at('groups-link').hidden = true;
    return;
  }
  const fits = all.filter(g => g.consistent).map(g => g.name);
  const answer = fits.length
    ? `What was seen is consistent with ${fits.join(', ')}. ` +
      'This is not an attribution: others use the same techniques.'
    : `Too little to name a group: what was seen fits none of the ${all.length} clearly better than chance.`;
  const method =
    `Techniques of findings at ${level} level and above are compared with what ATT&CK records for each ` +
    `group. One that n of the ${all.length} groups use weighs 1/n, so that common ones count little. ` +
    `“Consistent with” needs ${distinctive} techniques that at most ${users} groups use, and a weight ` +
    `${deviations} standard deviations above what equally many techniques drawn at random would have; ` +
    'random draws reach that fewer than 3 times in 100. Rarity is known among these groups only. ' +
    'A technique that was not seen may be absent, or no log or rule shows it.';
  const seenIn = new Map(grouped(findings, f => f.techniques).map(g => [g.key, g.n]));
  at('groups').append(make('p', {}, answer), make('p', {class: 'note'}, method));
  for (const group of all) at('groups').append(groupPart(group, all.length, seenIn));
}
function groupPart(g, of, seenIn) {
  const verdict = g.consistent ? 'consistent with what was seen' : 'too little to say',
    total = many(g.seen.length + g.unseen.length, 'technique'),
    sign = g.deviations < 0 ? '−' : '+';
  const node = make(
    'details',
    {class: 'group' + (g.consistent ? ' fits' : ''), ...(g.consistent ? {open: ''} : {})},
    make(
      'summary',
      {},
      make('b', {}, g.name),
      ` – ${verdict}; ${count(g.seen.length)} of ${total} seen, ${count(g.distinctive)} of them distinctive`
    ),
    make('p', {class: 'soft'}, `${[g.attack_id, ...g.aliases].join(', ')}. ${g.summary}`),
    make(
      'p',
      {},
      `Weight ${g.weight.toFixed(2)}; chance would give ${g.chance.toFixed(2)} ` +
        `(${sign}${Math.abs(g.deviations).toFixed(1)} standard deviations).`
    )
  );
  const lines = g.seen.map(([id, n]) => [
    picker('technique', id, named(id)),
    numeric(`${n} of ${of}`),
    numeric(count(seenIn.get(id) || 0))
  ]);
  if (lines.length)
    node.append(
      make('h3', {}, 'Seen, the rarest first'),
      make('div', {class: 'scroll'}, tableOf(['Technique', '#Used by', '#Findings'], lines))
    );
  const covered = id => !data.actors.covered.length || data.actors.covered.includes(id);
  node.append(
    ...expected(
      'Expected, not seen',
      g.unseen.filter(([id]) => covered(id))
    ),
    ...expected(
      'Expected, but no rule of this run looks for it in these logs',
      g.unseen.filter(([id]) => !covered(id))
    )
  );
  return node;
}
function expected(title, techniques) {
  if (!techniques.length) return [];
  const items = techniques.map(([id, n]) =>
    make('li', {}, named(id) + (n === 1 ? ' (this group only)' : ''))
  );
  return [make('h3', {}, `${title} (${techniques.length})`), make('ul', {class: 'ids'}, ...items)];
}

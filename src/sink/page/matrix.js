// SPDX-License-Identifier: Apache-2.0
// The ATT&CK matrix. A technique stands under each of its tactics.
function attack() {
  const own = new Map(grouped(visible, f => f.techniques).map(g => [g.key, g])),
    whole = new Map(
      grouped(visible, f => [...new Set(f.techniques.map(id => id.split('.')[0]))]).map(g => [g.key, g])
    );
  const cell = (id, g, name) =>
    make(
      'div',
      {class: 'e' + g.rank},
      picker('technique', id, name ? plain(name) : plain(id), {class: 'plain'}),
      make('small', {}, make('span', {}, plain(id)), make('span', {}, symbols[g.rank] + ' ' + count(g.n)))
    );
  const column = (name, holds) => {
    const parents = [...whole.keys()]
      .filter(id => holds(id) || [...own.keys()].some(sub => under(sub, id) && holds(sub)))
      .sort();
    const section = make('section', {class: parents.length ? '' : 'none'}, make('h3', {}, name));
    if (parents.length)
      section.append(
        make(
          'ul',
          {},
          ...parents.map(parent => {
            const item = make('li', {}, cell(parent, whole.get(parent), techniqueName(parent)));
            const subs = [...own.keys()]
              .filter(id => id !== parent && under(id, parent) && holds(id))
              .sort();
            if (subs.length)
              item.append(
                make('ul', {}, ...subs.map(id => make('li', {}, cell(id, own.get(id), techniqueName(id)))))
              );
            return item;
          })
        )
      );
    return section;
  };
  const columns = data.tactics.map((name, i) =>
    column(name, id => !!known[id] && known[id].tactics.includes(i))
  );
  const strange = column('Not in the table', id => !known[id]);
  if (!strange.classList.contains('none')) columns.push(strange);
  at('attack').replaceChildren(...columns);
  const moved = [...new Set(visible.flatMap(f => f.attack))].filter(id => current(id) !== id).sort();
  at('attacknote').textContent = !whole.size
    ? 'The rules that fired name no technique.'
    : 'The number of findings and their gravest level. Techniques with several tactics stand under each.' +
      (moved.length
        ? ' Ids that a later ATT&CK version replaced stand under the new one: ' +
          moved.map(id => id + ' → ' + current(id)).join(', ') +
          '.'
        : '');
}

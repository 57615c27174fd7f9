// SPDX-License-Identifier: Apache-2.0
// The timeline. A bar is as high as the logarithm of its count; its colour and symbol say its gravest level.
// One bar is in the order of Tab; the arrow keys go from there.
const BINS = 80,
  LEFT = 190,
  WIDTH = 1000,
  TOP = 8,
  STEP = WIDTH / BINS;
let lanesBy = 'level',
  stop = -1;
function lanes(timed) {
  if (lanesBy === 'level')
    return [4, 3, 2, 1, 0].map(rank => ({
      label: symbols[rank] + ' ' + levels[rank],
      holds: f => f.rank === rank
    }));
  if (lanesBy === 'tactic') {
    const named = data.tactics.map((name, i) => ({label: name, holds: f => f.tactics.includes(i)}));
    return [...named, {label: 'no tactic known', holds: f => !f.tactics.length}].filter(lane =>
      timed.some(lane.holds)
    );
  }
  const hosts = grouped(timed, f => [f.host]).sort(graver);
  const main = new Set(hosts.slice(0, 12).map(g => g.key)),
    first = hosts.slice(0, 12).sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const out = first.map(g => ({label: hostName(g.key), holds: f => f.host === g.key}));
  if (hosts.length > 12)
    out.push({label: many(hosts.length - 12, 'more host'), holds: f => !main.has(f.host)});
  return out;
}
function binned(timed, all, from, span) {
  const bins = Array.from({length: BINS}, () => ({
    n: 0,
    byLevel: [0, 0, 0, 0, 0],
    lanes: all.map(() => ({n: 0, rank: 0}))
  }));
  for (const f of timed) {
    const bin = bins[Math.min(BINS - 1, Math.floor(((f.at - from) / span) * BINS))];
    bin.n++;
    bin.byLevel[f.rank]++;
    all.forEach((lane, i) => {
      if (lane.holds(f)) {
        bin.lanes[i].n++;
        bin.lanes[i].rank = Math.max(bin.lanes[i].rank, f.rank);
      }
    });
  }
  return bins;
}
function zoom(from, to) {
  Object.assign(chosen, {from, to});
  stop = -1;
  sync();
  const again = at('timeline').querySelector('rect.hit[tabindex="0"]');
  if (again) again.focus();
}
function chartOf(timed) {
  let from = Infinity,
    to = -Infinity;
  for (const f of timed) {
    from = Math.min(from, f.at);
    to = Math.max(to, f.at);
  }
  const span = Math.max(to - from, 1000),
    all = lanes(timed),
    bins = binned(timed, all, from, span),
    height = Math.max(26, Math.min(38, 260 / all.length));
  return {
    from,
    span,
    all,
    bins,
    height,
    foot: TOP + all.length * height,
    most: Math.max(1, ...bins.flatMap(bin => bin.lanes.map(lane => lane.n))),
    filled: bins.map((bin, i) => (bin.n ? i : -1)).filter(i => i >= 0),
    edge: bin => from + (span * bin) / BINS
  };
}
function drawLane(chart, svg, lane, i) {
  const base = TOP + (i + 1) * chart.height;
  svg.append(
    drawn('text', {x: 8, y: base - 8, 'aria-hidden': 'true'}, cut(lane.label, 24)),
    drawn('line', {class: 'lane', x1: LEFT, x2: LEFT + WIDTH, y1: base, y2: base})
  );
  chart.bins.forEach((bin, place) => {
    const cell = bin.lanes[i],
      x = LEFT + place * STEP;
    if (!cell.n) return;
    const height = 5 + ((chart.height - 18) * Math.log(1 + cell.n)) / Math.log(1 + chart.most),
      y = base - height;
    svg.append(drawn('rect', {class: 'k' + cell.rank, x: x + 1, y, width: STEP - 2, height, rx: 1.5}));
    if (lanesBy === 'level') return;
    const above = {x: x + STEP / 2, y: y - 1, 'text-anchor': 'middle', 'aria-hidden': 'true'};
    svg.append(drawn('text', above, symbols[cell.rank]));
  });
}
function drawAxis(chart, svg) {
  const anchors = ['start', 'middle', 'middle', 'middle', 'end'];
  anchors.forEach((anchor, i) => {
    const text = iso(chart.from + (chart.span * i) / 4),
      place = {x: LEFT + (WIDTH * i) / 4, y: chart.foot + 19, 'text-anchor': anchor, 'aria-hidden': 'true'};
    svg.append(drawn('text', place, chart.span < 2 * 864e5 ? text : text.slice(0, 10)));
  });
}
// What is clicked and what the keys reach: one area for each time that has findings.
function drawHits(chart, svg) {
  const hits = chart.filled.map(bin => {
    const from = chart.edge(bin),
      to = chart.edge(bin + 1),
      text = `${iso(from)} to ${iso(to)}: ${levelCounts(chart.bins[bin].byLevel)}`;
    const hit = drawn('rect', {
      class: 'hit',
      x: LEFT + bin * STEP,
      y: TOP,
      width: STEP,
      height: chart.foot - TOP,
      role: 'button',
      'aria-label': text,
      tabindex: bin === stop ? '0' : '-1'
    });
    hit.append(drawn('title', {}, text));
    hit.addEventListener('click', () => zoom(from, to));
    return hit;
  });
  svg.append(...hits);
  svg.addEventListener('keydown', event => {
    const here = hits.indexOf(document.activeElement);
    if (here < 0) return;
    const next = {ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: hits.length - 1}[event.key];
    if (event.key === 'Enter' || event.key === ' ') {
      zoom(chart.edge(chart.filled[here]), chart.edge(chart.filled[here] + 1));
    } else if (event.key === 'Escape' && chosen.from !== null) {
      zoom(null, null);
    } else if (next !== undefined && hits[next]) {
      hits[here].setAttribute('tabindex', '-1');
      hits[next].setAttribute('tabindex', '0');
      stop = chart.filled[next];
      hits[next].focus();
    } else return;
    event.preventDefault();
  });
}
function timeTable(chart) {
  const {all, bins, edge} = chart;
  const lines = chart.filled.map(bin => [
    button(`${iso(edge(bin))} to ${iso(edge(bin + 1)).slice(11)}`, () => zoom(edge(bin), edge(bin + 1))),
    numeric(count(bins[bin].n)),
    ...bins[bin].lanes.map(lane => numeric(lane.n ? count(lane.n) : ''))
  ]);
  return scrolled(tableOf(['Time (UTC)', '#Findings', ...all.map(lane => '#' + lane.label)], lines));
}
function timeline() {
  const timed = visible.filter(f => !Number.isNaN(f.at)),
    folded = at('timetable');
  at('wider').hidden = chosen.from === null;
  folded.hidden = !timed.length;
  at('timenote').textContent = '';
  if (!timed.length)
    return at('timeline').replaceChildren(make('p', {class: 'soft'}, 'No finding with a time.'));
  const chart = chartOf(timed);
  if (!chart.filled.includes(stop)) stop = chart.filled[0];
  const svg = drawn('svg', {
    viewBox: '0 0 1200 ' + (chart.foot + 28),
    role: 'group',
    'aria-label':
      'Findings over time. Left and right arrow keys move between the times that have findings, ' +
      'Enter looks into one, Escape shows the whole time.'
  });
  chart.all.forEach((lane, i) => drawLane(chart, svg, lane, i));
  drawAxis(chart, svg);
  drawHits(chart, svg);
  at('timeline').replaceChildren(svg);
  const untimed = visible.length - timed.length;
  at('timenote').textContent =
    `Each bar is ${lasted(chart.span / BINS)}; heights are logarithmic, the tallest is ` +
    `${many(chart.most, 'finding')}. Click a bar, or press Enter on it, to look into its time.` +
    (untimed ? ` ${many(untimed, 'finding')} without a time.` : '');
  const fillTable = () => folded.open && folded.querySelector('div').replaceChildren(timeTable(chart));
  folded.ontoggle = fillTable;
  fillTable();
}

/* geomap's page: the lists beside the map: reports in view, places in view, what could not be placed. */
(function (g) {
  'use strict';

  const kit = g.kit, h = kit.h, add = kit.add, bdi = kit.bdi, $ = kit.$;
  const PAGE = 60;
  const WORDS = { places: 'place', government: 'government', demonym: 'people' };
  let shownReports = PAGE, shownPlaces = PAGE, shownUnplaced = PAGE, waiting = null, pressed = false, articles = [], pointing = false;

  /** The articles of the window that name something in view, or nothing at all; the newest first. */
  function inView() {
    const d = g.data, v = g.view(g.marks.map()), found = new Map(), b = v.box;
    g.time.rows().forEach(function (rows) {
      for (let i = rows[0]; i < rows[1]; i++) {
        const s = d.spot[i], r = d.region[i];
        if (s < 0 && r < 0) continue;
        const inside = s >= 0 ? d.spots.x[s] >= b[0] && d.spots.x[s] <= b[2] && d.spots.y[s] >= b[1] && d.spots.y[s] <= b[3] : g.filters.shown.layers.regions && g.meets(d.regions.of(r).outline.box, b);
        if (inside && g.passes(i)) found.set(d.article[i], (found.get(d.article[i]) || 0) + 1);
      }
    });
    const rank = function (a) { return d.articles.day[a] === null ? -1e9 : d.articles.day[a]; };
    return Array.from(found).sort(function (a, b) { return rank(b[0]) - rank(a[0]) || a[0] - b[0]; });
  }
  function fillReports() {
    articles = inView();
    const rows = kit.clear($('gm-reports')), chosen = g.panel.selection();
    add(kit.clear($('gm-reports-count')), kit.plural(articles.length, 'report') + ' with places in view, of ' + kit.count(g.time.counted() + (g.time.undatedShown() ? g.time.reports().undated : 0)) + ' in the period');
    let day;
    articles.slice(0, shownReports).forEach(function (pair) {
      const a = g.article(pair[0]);
      if (a.day !== day) { day = a.day; add(rows, h('li', { class: 'gm-day' }, a.day === null ? 'Undated' : kit.day(a.day, true))); }
      const button = kit.button([bdi(a.title), h('span', { class: 'gm-by' }, a.source ? bdi(a.source) : null, a.source ? ' \u00b7 ' : '', kit.plural(pair[1], 'mark'))],
        { class: 'gm-row gm-report', 'data-article': pair[0], 'data-key': 'article ' + pair[0], 'aria-current': chosen && chosen.article === pair[0] ? 'true' : null }, function () { g.select({ article: pair[0] }, { zoom: true }); });
      button.addEventListener('mouseenter', function () { point({ article: pair[0] }); });
      button.addEventListener('mouseleave', function () { point(null); });
      button.addEventListener('focus', function () { point({ article: pair[0] }); });
      button.addEventListener('blur', function () { point(null); });
      add(rows, h('li', {}, button));
    });
    if (articles.length > shownReports) add(rows, h('li', {}, kit.button('Show more', { class: 'gm-more' }, function () { shownReports += PAGE; fillReports(); })));
  }
  function fillPlaces() {
    const v = g.view(g.marks.map()), b = v.bounds, rows = kit.clear($('gm-places'));
    const marks = g.marks.shown().filter(function (m) { return m.px >= b.min.x && m.px <= b.max.x && m.py >= b.min.y && m.py <= b.max.y; }).sort(function (a, c) { return c.count - a.count || a.spot - c.spot; });
    const lines = g.front.pieces().filter(function (p) { return g.meets(p.shape.box, v.box); }), regions = g.regions.shown();
    add(kit.clear($('gm-places-count')), kit.plural(marks.length, 'symbol') + ' in view' + (regions.length ? ', ' + kit.plural(regions.length, 'region') : '') + (g.regions.left() ? ' (' + kit.count(g.regions.left()) + ' smaller or less sure are not drawn)' : ''));
    const row = function (key, name, words, open, hover) {
      const button = kit.button([name, h('span', { class: 'gm-count' }, words)], { class: 'gm-row', 'data-key': key }, open);
      if (hover) { button.addEventListener('mouseenter', function () { point(hover); }); button.addEventListener('mouseleave', function () { point(null); }); }
      add(rows, h('li', {}, button));
    };
    marks.slice(0, shownPlaces).forEach(function (m) {
      const title = g.marks.title(m), words = m.kind === 'claims' ? 'claim' : m.coarse ? 'area' : WORDS[m.kind];
      row('spot ' + m.spot, bdi(title.name), words + (m.count > 1 ? ' \u00d7 ' + kit.count(m.count) : ''), function () { g.select({ spots: m.members }); }, { spots: m.members });
    });
    if (marks.length > shownPlaces) add(rows, h('li', {}, kit.button('Show more', { class: 'gm-more' }, function () { shownPlaces += PAGE; fillPlaces(); })));
    regions.slice(-20).reverse().forEach(function (d) {
      const f = g.feature(d.feature);
      row('hint ' + d.feature, bdi(f.told.text || 'A hinted region'), 'region', function () { g.select({ row: d.feature }); }, { row: d.feature });
    });
    lines.slice(0, 40).forEach(function (p) {
      row('piece ' + p.number, 'Line of contact', kit.km(p.piece.km || 0) + ', ' + p.piece.status, function () { g.select({ at: g.front.drawnAt(), piece: p.piece, number: p.number }); });
    });
  }
  function unplaced() {
    const d = g.data, found = [];
    g.time.rows().forEach(function (r) { for (let i = r[1] - 1; i >= r[0]; i--) if (d.spot[i] < 0 && d.region[i] < 0) found.push(i); });
    return found;
  }
  function fillUnplaced() {
    const rows = kit.clear($('gm-unplaced')), found = unplaced();
    if (!found.length) { add(rows, h('li', { class: 'gm-note gm-pad' }, 'Everything that the reports of this period name was placed.')); return; }
    found.slice(0, shownUnplaced).forEach(function (i) {
      const f = g.feature(i), t = f.told, claim = f.kind === 'claims' ? [f.actor, f.action].filter(Boolean).join(' ') : '';
      add(rows, h('li', { class: 'gm-refusal' }, h('strong', {}, bdi(claim || t.text || t.name || 'Unnamed')), h('span', { class: 'gm-thin' }, ' \u00b7 ' + (f.kind === 'claims' ? 'claim' : f.kind === 'regions' ? 'hint' : 'name') + ' \u00b7 '),
        kit.button(bdi(f.article.title), { class: 'gm-link', 'data-key': 'row ' + i }, function () { g.select({ article: f.article.number }); }),
        t.reasons && t.reasons.length ? h('p', {}, bdi(t.reasons.join('; '))) : null));
    });
    if (found.length > shownUnplaced) add(rows, h('li', {}, kit.button('Show more', { class: 'gm-more' }, function () { shownUnplaced += PAGE; fillUnplaced(); })));
  }
  /** The button of a row, by what it stands for: filling a list makes its buttons anew. */
  function rowOf(key) { return Array.from(document.querySelectorAll('.gm-rows [data-key]')).find(function (b) { return b.getAttribute('data-key') === key; }); }
  function fill() {
    const focused = document.activeElement && document.activeElement.closest('.gm-rows') ? document.activeElement.getAttribute('data-key') : null;
    fillTab();
    const again = focused && rowOf(focused);
    if (again && again !== document.activeElement) again.focus({ preventScroll: true });
  }
  /** Point at what a row names; a row that is made anew under the pointer is left without a word. */
  function point(what) { pointing = what !== null; g.attention.hover(what); }
  function fillTab() {
    if (pointing) point(null);
    const tab = g.side.tab();
    add(kit.clear($('gm-unplaced-count')), kit.count(g.tally().unplaced));
    if (!g.side.open()) return;
    if (tab === 'reports') fillReports();
    else if (tab === 'places') fillPlaces();
    else if (tab === 'unplaced') fillUnplaced();
  }
  /** Lists follow a moment later, and while the time runs only now and then: a step shall cost little. */
  function soon() {
    if (waiting) return;
    // Not under a finger: a row made anew between press and release would not be clicked.
    waiting = setTimeout(function () { waiting = null; if (pressed) soon(); else fill(); }, g.time.playing() ? 400 : 90);
  }
  g.lists = {
    start: function () {
      $('gm-side').addEventListener('pointerdown', function () { pressed = true; });
      ['pointerup', 'pointercancel'].forEach(function (e) { document.addEventListener(e, function () { pressed = false; }); });
      g.on('time layers view', function () { shownReports = shownPlaces = shownUnplaced = PAGE; soon(); });
      g.on('texts script select play', soon);
    },
    fill: fill, rowOf: rowOf
  };
}(window.geomap));

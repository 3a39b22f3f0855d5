/* geomap's page: the column beside the map: its tabs, the layers with their counts, the settings. */
(function (g) {
  'use strict';

  const kit = g.kit, h = kit.h, add = kit.add, bdi = kit.bdi, $ = kit.$;
  const TABS = ['layers', 'reports', 'places', 'unplaced', 'legend'];
  let tab = 'layers';
  const counters = [];

  function choose(name, focus) {
    tab = name;
    TABS.forEach(function (t) {
      const on = t === name, button = $('gm-tab-' + t);
      button.setAttribute('aria-selected', String(on));
      button.setAttribute('tabindex', on ? '0' : '-1');
      $('gm-page-' + t).hidden = !on;
      if (on && focus) button.focus();
    });
    g.lists.fill();
  }
  function toggle(open) {
    const now = open === undefined ? document.body.classList.contains('gm-closed') : open;
    document.body.classList.toggle('gm-closed', !now);
    $('gm-toggle').setAttribute('aria-expanded', String(now));
    if (g.marks.map()) g.marks.map().invalidateSize({ animate: false, pan: false });
    g.timeline.refresh();
    if (now) g.lists.fill();
  }
  /** A switch with a count; `count()` gives what stands behind it. */
  function choice(id, label, on, count, change, mark) {
    const number = h('span', { class: 'gm-count' }), input = h('input', { type: 'checkbox', id: id, checked: on(), on: { change: function (e) { change(e.target.checked); } } });
    counters.push(function () {
      const n = count ? count() : null;
      add(kit.clear(number), n === null ? '' : typeof n === 'string' ? n : kit.count(n));
      input.checked = on();
    });
    return h('label', { class: 'gm-choice', for: id }, input, mark || null, h('span', { class: 'gm-text' }, label), number);
  }
  function group(title, rows) { return rows.length ? h('fieldset', { class: 'gm-section' }, h('legend', {}, title), rows) : null; }
  function swatch(colour) {
    const s = h('span', { class: 'gm-swatch', 'aria-hidden': 'true' });
    counters.push(function () { s.style.backgroundColor = colour(); });
    return s;
  }

  function layerRows() {
    const shown = g.filters.shown, d = g.data, all = new Int32Array(g.KINDS.length);
    for (let i = 0; i < d.n; i++) all[d.kind[i]]++;
    const toggleOf = function (l, count) { return choice('gm-layer-' + l.key, l.label, function () { return shown.layers[l.key]; }, count, function (on) { g.filters.change('layers', l.key, on); }); };
    const kinds = g.filters.LAYERS.filter(function (l) { return !l.front && (all[g.KINDS.indexOf(l.key)] > 0 || ['places', 'regions', 'claims'].indexOf(l.key) >= 0); })
      .map(function (l) { return toggleOf(l, function () { return g.tally().placed[g.KINDS.indexOf(l.key)]; }); });
    const front = g.filters.LAYERS.filter(function (l) { return l.front && g.front.count(l.key) > 0; }).map(function (l) { return toggleOf(l, function () { return g.front.count(l.key); }); });
    return [group('Reports', kinds), group('The front', front), frontSection()];
  }
  function frontSection() { return g.front.data() ? h('div', { class: 'gm-section', id: 'gm-front' }, h('div', { id: 'gm-front-rows', 'aria-live': 'polite' })) : null; }
  function claimRows() {
    const shown = g.filters.shown, d = g.data;
    const actors = d.actors.map(function (a, i) {
      return choice('gm-actor-' + i, a ? bdi(a) : 'Nobody named', function () { return shown.actors[a]; }, function () { return g.tally().actors[i]; }, function (on) { g.filters.change('actors', a, on); }, swatch(function () { return g.partyColour(a); }));
    });
    const actions = d.actions.map(function (a, i) {
      return choice('gm-action-' + i, a ? bdi(a) : 'not told', function () { return shown.actions[a]; }, function () { return g.tally().actions[i]; }, function (on) { g.filters.change('actions', a, on); });
    });
    return [group('Claims by party', actors), actions.length ? h('details', { class: 'gm-section', id: 'gm-actions' }, h('summary', {}, 'Claims by action'), actions) : null];
  }
  function setting(id, label, options, value, change) {
    return h('label', { class: 'gm-setting', for: id }, h('span', {}, label), h('select', { id: id, on: { change: function (e) { change(e.target.value); } } },
      options.map(function (o) { return h('option', { value: o[0], selected: o[0] === value }, o[1]); })));
  }
  function settings() {
    const rows = [
      setting('gm-least', 'Confidence', [['0', 'any'], ['0.5', 'medium and up (0.5)'], ['0.8', 'high only (0.8)']], '0', function (v) { g.filters.least(Number(v)); }),
      g.names.other() ? setting('gm-script', 'Names of places', [['latin', 'Latin'], ['cyrillic', '\u041a\u0438\u0440\u0438\u043b\u0438\u0446\u044f (Cyrillic)']], g.names.script(), function (v) { g.names.script(v); }) : null,
      setting('gm-theme', 'Colours', [['', 'as the system has it'], ['light', 'light'], ['dark', 'dark']], g.theme.chosen() || '', function (v) { g.theme.set(v); }),
      choice('gm-graticule', 'Graticule', function () { return g.basemap.graticule(); }, null, function (on) { g.basemap.graticule(on); })
    ];
    const tiles = g.page.tiles;
    if (tiles) rows.push(choice('gm-tiles', bdi(tiles.name), function () { return g.basemap.tilesOn(); }, function () { return 'needs network'; }, function (on) { g.basemap.tiles(on); }));
    return group('Map', rows.filter(Boolean));
  }
  function recount() {
    counters.forEach(function (f) { f(); });
    $('gm-least').value = String(g.filters.shown.least);
    tellFront();
  }

  // ---- What the line shown rests on, and who gained what ----

  function tellFront() {
    const box = $('gm-front-rows'), data = g.front.data();
    if (!box) return;
    const c = g.front.current(), rows = h('ul', { class: 'gm-legend' }), now = g.time.now;
    kit.clear(box);
    if (c.at < 0) { add(box, h('p', { class: 'gm-note' }, 'No line of this date or before.')); return; }
    const day = data.dates[c.at], pieces = data.pieces[c.at], km = {};
    let all = 0;
    add(box, h('p', { class: 'gm-frontday' }, h('strong', {}, day === null ? 'Undated line' : 'Line of ' + kit.day(day)), day === null || day === now.to || now.mode === 'all' ? null : ' (the latest before)'));
    pieces.forEach(function (p) { km[p.status] = (km[p.status] || 0) + (p.km || 0); all += p.km || 0; });
    Object.keys(g.front.STYLES).forEach(function (s) {
      if (km[s]) add(rows, h('li', {}, g.legend.line(s), h('span', {}, g.front.STYLES[s].words + ': ' + kit.km(km[s]) + (s === 'given' ? '' : ' (' + Math.round(100 * km[s] / all) + ' %)'))));
    });
    if (c.from >= 0) {
      const m = g.front.measure(g.front.movement(c.from, c.at)), since = kit.day(data.dates[c.from]);
      m.gains.forEach(function (gain) {
        if (gain.km2 < 0.05) return;
        const sure = gain.sure_km2 === undefined ? '' : ', ' + (gain.sure_km2 >= 0.05 ? kit.decimal(gain.sure_km2) + ' km\u00b2' : 'none') + ' of it beyond where either line may run';
        add(rows, h('li', {}, g.legend.hatch(g.sideColour(gain.colour), gain.side), h('span', {}, 'gained by ', bdi(gain.party), ' since ' + since + ': ' + kit.decimal(gain.km2) + ' km\u00b2' + sure)));
      });
      if (m.gains.length && !m.gains.some(function (gain) { return gain.km2 >= 0.05; })) add(rows, h('li', {}, h('span', {}, 'no ground changed hands since ' + since)));
    }
    add(box, rows);
  }
  let resting = null;
  g.side = {
    start: function () {
      const page = $('gm-page-layers');
      add(page, layerRows()); add(page, claimRows()); add(page, settings());
      TABS.forEach(function (t) { $('gm-tab-' + t).addEventListener('click', function () { choose(t); }); });
      $('gm-tabs').addEventListener('keydown', function (e) {
        const by = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
        if (by) { e.preventDefault(); choose(TABS[(TABS.indexOf(tab) + by + TABS.length) % TABS.length], true); }
      });
      $('gm-toggle').addEventListener('click', function () { toggle(); });
      g.on('time layers theme basemap', function () {
        if (!resting) resting = setTimeout(function () { resting = null; recount(); }, g.time.playing() ? 300 : 60);
      });
      g.on('layers', function () { $('gm-least').value = String(g.filters.shown.least); });
      g.on('script', function () { if ($('gm-script')) $('gm-script').value = g.names.script(); });
      g.on('theme', function () { $('gm-theme').value = g.theme.chosen() || ''; });
      recount();
    },
    tab: function (name) { if (name && TABS.indexOf(name) >= 0) choose(name); return tab; },
    open: function () { return !document.body.classList.contains('gm-closed'); }, toggle: toggle, recount: recount
  };
}(window.geomap));

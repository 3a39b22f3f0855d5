/* geomap: lines of contact by date. Loaded before geomap.js, which hands it its own means of drawing and writing.
   Texts of articles only ever become text nodes. */
window.geomapFront = function (kit) {
  'use strict';

  const h = kit.h, add = kit.add, bdi = kit.bdi, clear = kit.clear, day = kit.day;
  const INK = '#1c2126', PAPER = '#fff';
  const KINDS = [
    { key: 'contact', label: 'Line of contact', on: true },
    { key: 'band', label: 'Where the line may run', on: true },
    { key: 'control', label: 'Ground held', on: true },
    { key: 'movement', label: 'Ground gained', on: true },
    { key: 'seeds', label: 'Seed towns', on: true }
  ];
  // How each kind of support looks: an unsupported stretch only joins what is known.
  const STYLES = {
    supported: { weight: 3, dash: null, words: 'supported by reports' },
    prior: { weight: 2.6, dash: '9 6', words: 'from an earlier line' },
    unsupported: { weight: 1.8, dash: '1 5', words: 'no evidence: it only joins what is known' },
    given: { weight: 2.6, dash: null, words: 'line given' }
  };
  const state = { data: null, map: null, shown: undefined, layers: {}, hatches: {}, kinds: {} };

  function styleOf(status) { return Object.prototype.hasOwnProperty.call(STYLES, status) ? STYLES[status] : STYLES.given; }
  function opacityOf(piece) { return piece.confidence === undefined || piece.confidence === null ? 0.95 : 0.4 + 0.55 * piece.confidence; }
  function number(value) { return Number(value).toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 }); }
  function dayOr(date) { return date === null ? 'undated' : day(date); }

  // ---- Which line belongs to a date ----

  /** The number of the drawing for a date of reports: its own, else the latest before; -1: none. */
  function drawingFor(selected) {
    const dates = state.data.dates;
    let found = -1;
    dates.forEach(function (d, i) {
      if (d.date === null ? true : selected !== 'undated' && (selected === 'all' || d.date <= selected)) found = i;
    });
    return found;
  }
  /** Who gained what up to a drawing: since the first for all dates, since the one before for one. */
  function movementFor(selected, at) {
    const dates = state.data.dates, to = at < 0 ? null : dates[at].date;
    const until = state.data.movement.filter(function (m) { return m.to === to; });
    const first = function (a, b) { return a.from < b.from ? -1 : 1; };
    until.sort(first);
    return until.length ? until[selected === 'all' ? 0 : until.length - 1] : null;
  }

  // ---- Drawing ----

  function hatch(colour) {
    if (!state.hatches[colour]) {
      const tile = h('canvas', { width: '8', height: '8' }), ctx = tile.getContext('2d');
      ctx.strokeStyle = colour; ctx.lineWidth = 2.2; ctx.globalAlpha = 0.75;
      ctx.beginPath(); ctx.moveTo(-2, 2); ctx.lineTo(2, -2); ctx.moveTo(0, 8); ctx.lineTo(8, 0); ctx.moveTo(6, 10); ctx.lineTo(10, 6); ctx.stroke();
      state.hatches[colour] = ctx.createPattern(tile, 'repeat');
    }
    return state.hatches[colour];
  }
  function ground(geometry, options) {
    return L.polygon(L.GeoJSON.coordsToLatLngs(geometry.coordinates, 2), Object.assign({
      pane: 'gm-front', renderer: state.renderer, interactive: false, stroke: false, fill: true, smoothFactor: 0.7
    }, options));
  }
  /** The white edge that parts a line from what lies under it; the dotted have none. */
  function edgeLayer(piece) {
    return piece.status === 'unsupported' ? [] : [L.polyline(L.GeoJSON.coordsToLatLngs(piece.lines, 1), { color: PAPER, weight: styleOf(piece.status).weight + 3.4, opacity: 0.85, interactive: false })];
  }
  function pieceLayer(piece, date) {
    const style = styleOf(piece.status);
    const line = L.polyline(L.GeoJSON.coordsToLatLngs(piece.lines, 1), { color: INK, weight: style.weight, opacity: opacityOf(piece), dashArray: style.dash, lineCap: style.dash === '9 6' ? 'butt' : 'round' });
    line.on('click', function (e) { kit.popup(e.latlng, pieceWords(piece, date)); });
    line.on('mouseover mousemove', function (e) { kit.tip(e.latlng, h('span', {}, 'Line of contact, ' + dayOr(date) + ': ' + style.words)); });
    line.on('mouseout', kit.untip);
    line.geomapPiece = piece;
    return line;
  }
  function seedLayer(seed) {
    const glyph = new kit.Glyph([seed.lat, seed.lon], { shape: 'square', colour: seed.colour, radius: 4, hollow: true, confidence: 1, count: 1 });
    glyph.on('mouseover mousemove', function () { kit.tip([seed.lat, seed.lon], seedWords(seed)); });
    glyph.on('mouseout', kit.untip);
    glyph.on('click', function () { kit.popup([seed.lat, seed.lon], h('div', { class: 'gm-popup' }, h('p', { class: 'gm-kicker' }, 'Seed town'), h('h2', {}, bdi(seed.name || 'Seed town')), h('div', { class: 'gm-scroll' }, h('p', { class: 'gm-seed' }, seedWords(seed))))); });
    glyph.geomapSeed = seed;
    return glyph;
  }
  function seedWords(seed) {
    return h('span', {}, 'Seed town ', bdi(seed.name || ''), seed.party ? [', held by ', bdi(seed.party)] : null, seed.since ? ' since ' + day(seed.since) : null,
      seed.as_of ? ', as of ' + day(seed.as_of) : null, seed.source ? ['. Source: ', bdi(seed.source)] : null);
  }
  /** Make the layers of a drawing, by kind; only what is looked at is ever made. */
  function layersOf(at, movement) {
    const d = state.data.dates[at], made = { contact: [], band: [], control: [], movement: [], seeds: [] };
    d.control.forEach(function (c) { made.control.push(ground(c.geometry, { fillColor: c.colour, fillOpacity: 0.1 })); });
    if (movement) movement.gains.forEach(function (g) {
      if (!g.geometry) return;
      const colour = g.colour;
      made.movement.push(ground(g.geometry, { fillColor: colour, fillOpacity: 0.22 }), ground(g.geometry, { fillColor: hatch(colour), fillOpacity: 1 }));
    });
    if (d.band) made.band.push(ground(d.band, { fillColor: INK, fillOpacity: 0.16 }));
    // All edges under all lines: else the edge of one stretch would cut the end of the next.
    d.pieces.forEach(function (p) { made.contact = made.contact.concat(edgeLayer(p)); });
    d.pieces.forEach(function (p) { made.contact.push(pieceLayer(p, d.date)); });
    d.seeds.forEach(function (s) { made.seeds.push(seedLayer(s)); });
    return made;
  }
  function refresh(selected, kinds) {
    if (!state.data) return;
    const at = drawingFor(selected), movement = movementFor(selected, at), key = at + '|' + (movement ? movement.from : '');
    if (key !== state.shown) {
      each(function (l) { l.remove(); });
      state.layers = at < 0 ? {} : layersOf(at, movement);
      state.shown = key;
    }
    tell(selected, at, movement);
    KINDS.forEach(function (k) {
      (state.layers[k.key] || []).forEach(function (l) {
        const on = state.map.hasLayer(l);
        if (kinds[k.key] && !on) l.addTo(state.map);
        if (!kinds[k.key] && on) l.remove();
      });
    });
    // In the pane of the ground the order of adding counts: held, gained, doubtful.
    ['control', 'movement', 'band'].forEach(function (k) { (state.layers[k] || []).forEach(function (l) { if (state.map.hasLayer(l)) l.bringToFront(); }); });
  }
  function each(f) { Object.keys(state.layers).forEach(function (k) { state.layers[k].forEach(f); }); }
  function bringToFront() {
    ['contact', 'seeds'].forEach(function (k) { (state.layers[k] || []).forEach(function (l) { if (state.map.hasLayer(l)) l.bringToFront(); }); });
  }

  // ---- Words ----

  function evidenceCard(e) {
    const url = kit.safeUrl(e.url), title = e.title || e.article_id || 'A report';
    return h('li', { class: 'gm-card' },
      h('p', { class: 'gm-claim' }, h('strong', {}, bdi(e.place || 'A place')), e.wording ? [': ', bdi(e.wording)] : null,
        e.signed_km === undefined ? null : h('span', { class: 'gm-thin' }, ' \u00b7 so the line lies about ' + number(Math.abs(e.signed_km)) + ' km away')),
      e.sentence ? h('p', { class: 'gm-sentence', dir: 'auto' }, e.sentence) : null,
      e.doubted ? h('p', { class: 'gm-sub' }, 'Other evidence contradicts it.') : null,
      h('p', { class: 'gm-source' }, url ? h('a', { href: url, rel: 'noopener noreferrer', target: '_blank' }, bdi(title)) : bdi(title),
        e.source ? [' \u00b7 ', bdi(e.source)] : null, e.date ? [' \u00b7 ', h('span', { class: 'gm-nowrap' }, day(e.date))] : null));
  }
  function pieceWords(piece, date) {
    const evidence = piece.evidence || [], list = h('ul', { class: 'gm-cards' });
    let shown = 0;
    const more = h('button', { type: 'button', class: 'gm-more', on: { click: function () { page(); } } });
    function page() {
      evidence.slice(shown, shown + 25).forEach(function (i) { add(list, evidenceCard(state.data.evidence[i])); });
      shown += 25;
      more.hidden = shown >= evidence.length;
      clear(more); add(more, 'Show ' + (evidence.length - shown) + ' more');
    }
    page();
    const facts = h('dl', { class: 'gm-facts' });
    const fact = function (name, value) { if (value) add(facts, [h('dt', {}, name), h('dd', {}, value)]); };
    fact('Status', styleOf(piece.status).words);
    fact('Source', piece.source ? bdi(piece.source) : null);
    fact('Confidence', piece.confidence === undefined || piece.confidence === null ? null : Number(piece.confidence).toFixed(2));
    fact('Uncertain within', piece.band_km ? 'a band ' + number(piece.band_km) + ' km wide (80 %)' : null);
    fact('Length', piece.km ? number(piece.km) + ' km' : null);
    return h('div', { class: 'gm-popup' }, h('p', { class: 'gm-kicker' }, 'Line of contact' + (evidence.length ? ' \u00b7 ' + kit.plural(evidence.length, 'claim behind it', 'claims behind it') : '')),
      h('h2', {}, 'Line of contact' + (date === null ? '' : ', ' + day(date))),
      h('div', { class: 'gm-scroll', tabindex: '0', role: 'group', 'aria-label': 'Evidence' }, h('div', { class: 'gm-frontfacts' }, facts), list, more));
  }
  /** Say in the panel which line is shown, what it rests on, and who gained what. */
  function tell(selected, at, movement) {
    const box = clear(document.getElementById('gm-front-rows'));
    if (at < 0) { add(box, h('p', { class: 'gm-note' }, 'No line of this date or before.')); return; }
    const d = state.data.dates[at], own = selected === 'all' || selected === d.date;
    add(box, h('p', { class: 'gm-frontday' }, h('strong', {}, d.date === null ? 'Undated line' : 'Line of ' + day(d.date)), own || d.date === null ? null : ' (the latest before)'));
    const km = {};
    let all = 0;
    d.pieces.forEach(function (p) { km[p.status] = (km[p.status] || 0) + (p.km || 0); all += p.km || 0; });
    const rows = h('ul', { class: 'gm-legend' });
    Object.keys(STYLES).forEach(function (s) {
      if (km[s]) add(rows, h('li', {}, lineMark(s), h('span', {}, STYLES[s].words + ': ' + number(km[s]) + ' km' + (s === 'given' ? '' : ' (' + Math.round(100 * km[s] / all) + ' %)'))));
    });
    if (movement) movement.gains.forEach(function (g) {
      if (!g.km2) return;
      add(rows, h('li', {}, hatchMark(g.colour), h('span', {}, 'gained by ', bdi(g.party), ' since ' + day(movement.from) + ': ' + number(g.km2) + ' km\u00b2' + (g.sure_km2 === undefined ? '' : ', ' + (g.sure_km2 ? number(g.sure_km2) + ' km\u00b2' : 'none') + ' of it beyond where either line may run'))));
    });
    if (movement && !movement.gains.some(function (g) { return g.km2; })) add(rows, h('li', {}, h('span', {}, 'no ground changed hands since ' + day(movement.from))));
    add(box, rows);
  }
  function lineMark(status) {
    const style = styleOf(status);
    return kit.symbol(function (ctx) {
      ctx.strokeStyle = INK; ctx.lineWidth = style.weight; ctx.lineCap = style.dash === '1 5' ? 'round' : 'butt';
      if (style.dash) ctx.setLineDash(style.dash === '1 5' ? [1, 5] : [7, 4]);
      ctx.beginPath(); ctx.moveTo(2, 13); ctx.quadraticCurveTo(14, 5, 30, 9); ctx.stroke();
    });
  }
  function fillMark(colour, opacity) { return kit.symbol(function (ctx) { ctx.globalAlpha = opacity; ctx.fillStyle = colour; ctx.fillRect(2, 3, 28, 16); }); }
  function hatchMark(colour) {
    return kit.symbol(function (ctx) { ctx.globalAlpha = 0.22; ctx.fillStyle = colour; ctx.fillRect(2, 3, 28, 16); ctx.globalAlpha = 1; ctx.fillStyle = hatch(colour); ctx.fillRect(2, 3, 28, 16); });
  }
  /** Add what the signs mean to the legend. */
  function legend(row) {
    if (!state.data) return;
    const seen = {}, parties = {};
    let band = false, seeds = false;
    state.data.dates.forEach(function (d) {
      d.pieces.forEach(function (p) { seen[p.status] = true; });
      d.control.forEach(function (c) { parties[c.party] = c.colour; });
      band = band || !!d.band; seeds = seeds || d.seeds.length > 0;
    });
    Object.keys(STYLES).forEach(function (s) { if (seen[s]) row(lineMark(s), s === 'given' ? 'line of contact, given' : ['line of contact, ', STYLES[s].words, s === 'supported' ? '; fainter = less sure' : null]); });
    if (band) row(fillMark(INK, 0.2), 'the line runs in here with 80 % probability');
    Object.keys(parties).sort().forEach(function (p) { row(fillMark(parties[p], 0.22), ['held by ', bdi(p)]); });
    if (state.data.movement.length) row(hatchMark('#5b6570'), 'gained since an earlier line, in the colour of who gained it');
    if (seeds) row(kit.symbol(function (ctx) { kit.drawGlyph(ctx, 16, 11, { radius: 4.5, colour: '#5b6570', shape: 'square', hollow: true, confidence: 1, count: 1 }); }), 'seed town: its holder is declared, not read');
  }
  function count(kind) {
    if (!state.data) return 0;
    return state.data.dates.filter(function (d) {
      return kind === 'contact' ? d.pieces.length : kind === 'band' ? d.band : kind === 'control' ? d.control.length : kind === 'seeds' ? d.seeds.length : false;
    }).length || (kind === 'movement' ? state.data.movement.length : 0);
  }
  /** The stretches shown, for the list of what is on the map. */
  function rows() {
    const date = state.shown === undefined || parseInt(state.shown, 10) < 0 ? null : state.data.dates[parseInt(state.shown, 10)].date;
    return (state.layers.contact || []).filter(function (l) { return l.geomapPiece && state.map.hasLayer(l); }).map(function (l) {
      const p = l.geomapPiece, middle = l.getBounds().getCenter();
      return { name: 'Line of contact', words: number(p.km || 0) + ' km, ' + p.status, lat: middle.lat, lon: middle.lng, open: function () { kit.popup(middle, pieceWords(p, date)); } };
    });
  }
  function start(map, data) {
    document.getElementById('gm-front').hidden = !data;
    if (!data) return;
    state.data = data; state.map = map;
    const pane = map.createPane('gm-front');
    pane.style.zIndex = 250;
    pane.style.pointerEvents = 'none';
    state.renderer = L.canvas({ pane: 'gm-front', padding: 0.2 });
  }

  return { kinds: KINDS, start: start, refresh: refresh, bringToFront: bringToFront, legend: legend, count: count, rows: rows, state: state };
};

/* geomap's page: what every sign means, drawn by the routines that draw the map. */
(function (g) {
  'use strict';

  const kit = g.kit, h = kit.h, add = kit.add, bdi = kit.bdi;

  function sign(paint) {
    const c = h('canvas', { width: '64', height: '44', 'aria-hidden': 'true' }), ctx = c.getContext('2d');
    ctx.scale(2, 2); paint(ctx);
    return c;
  }
  function symbol(o) { return sign(function (ctx) { g.drawSymbol(ctx, 16, 11, Object.assign({ radius: 6.5, colour: g.look().places, shape: 'circle', confidence: 1, count: 1 }, o)); }); }
  function line(status) {
    const style = g.front.styleOf(status);
    return sign(function (ctx) {
      ctx.strokeStyle = g.look().line; ctx.lineWidth = style.weight; ctx.lineCap = status === 'unsupported' ? 'round' : 'butt';
      ctx.setLineDash(style.dash.map(function (d) { return d > 6 ? 6 : d; }));
      ctx.beginPath(); ctx.moveTo(2, 13); ctx.quadraticCurveTo(14, 5, 30, 9); ctx.stroke();
    });
  }
  function area(colour, opacity, hatched) {
    return sign(function (ctx) {
      ctx.globalAlpha = opacity; ctx.fillStyle = colour; ctx.fillRect(2, 3, 28, 16);
      if (hatched) { ctx.globalAlpha = 1; ctx.fillStyle = g.hatch(colour, 'A', true); ctx.fillRect(2, 3, 28, 16); }
    });
  }
  function hatch(colour, side) {
    return sign(function (ctx) { ctx.globalAlpha = 0.24; ctx.fillStyle = colour; ctx.fillRect(2, 3, 28, 16); ctx.globalAlpha = 1; ctx.fillStyle = g.hatch(colour, side); ctx.fillRect(2, 3, 28, 16); });
  }
  function region() {
    return sign(function (ctx) {
      const ink = g.look().regions;
      ctx.fillStyle = ctx.strokeStyle = ink; ctx.lineWidth = 1.5; ctx.setLineDash([4, 3]);
      ctx.beginPath(); ctx.ellipse(16, 11, 13, 8, 0, 0, 7); ctx.globalAlpha = 0.15; ctx.fill(); ctx.globalAlpha = 0.95; ctx.stroke(); ctx.setLineDash([]);
      ctx.beginPath(); ctx.ellipse(16, 11, 6.5, 4, 0, 0, 7); ctx.globalAlpha = 0.25; ctx.fill(); ctx.globalAlpha = 0.7; ctx.lineWidth = 1; ctx.stroke();
    });
  }
  function circle() {
    return sign(function (ctx) {
      const ink = g.look().places;
      ctx.fillStyle = ctx.strokeStyle = ink; ctx.globalAlpha = 0.12; ctx.beginPath(); ctx.arc(16, 11, 10, 0, 7); ctx.fill(); ctx.globalAlpha = 0.5; ctx.setLineDash([2, 3]); ctx.stroke(); ctx.globalAlpha = 1; ctx.setLineDash([]);
      g.drawSymbol(ctx, 16, 11, { radius: 4, colour: ink, shape: 'circle', hollow: true, confidence: 1, count: 1 });
    });
  }
  /** The rows of the legend: [sign, words] each, for what this file holds; `all` or only what is switched on. */
  function rows(all) {
    const found = [], look = g.look(), d = g.data, on = g.filters.shown.layers, wanted = function (k) { return all || on[k]; };
    const row = function (mark, text) { found.push([mark, text]); };
    if (wanted('places')) {
      row(symbol({}), 'Place, high confidence (0.8 and up)');
      row(symbol({ confidence: 0.6 }), 'medium confidence (0.5 to 0.8)');
      row(symbol({ confidence: 0.2 }), 'low confidence (under 0.5)');
      row(symbol({ radius: 9, count: 4 }), 'several mentions, or places too close to draw apart');
      row(symbol({ radius: 7, count: 1, several: true }), 'with a ring: more than one source; without: a single one');
      row(circle(), 'somewhere in this circle');
      row(symbol({ shape: 'diamond', hollow: true, radius: 6 }), 'an area (country, province, district), not a point');
    }
    if (wanted('regions')) row(region(), 'region that a hint points to: nine tenths sure within the edge, half within the core; fainter = less sure');
    if (wanted('claims')) {
      const coloured = d.actors.filter(function (a) { return kit.has(g.page.parties, a); });
      coloured.forEach(function (a) { row(symbol({ shape: 'square', colour: g.partyColour(a), edged: g.partyEdged(a), radius: 6 }), [bdi(a), ': a claim about what it did']); });
      if (d.actors.length > coloured.length || !d.actors.length) row(symbol({ shape: 'square', colour: look.other, radius: 6 }), 'a claim about another side');
      row(symbol({ shape: 'square', colour: look.other, radius: 6, confidence: 0.2 }), 'a claim of low confidence');
      row(symbol({ shape: 'square', colour: look.other, radius: 6, confirmed: true }), 'with a bar below: confirmed, not only claimed');
      row(symbol({ shape: 'square', colour: look.other, planned: true, radius: 6 }), 'with a dot: planned, or tried and failed');
      row(symbol({ shape: 'square', colour: look.other, negated: true, radius: 6 }), 'denied, or said not to have happened');
    }
    if (wanted('demonym') && d.kind.indexOf(4) >= 0) row(symbol({ shape: 'triangle', colour: look.demonym, radius: 6 }), 'a people, at the place that it is named for');
    if (wanted('government')) row(symbol({ shape: 'triangle', colour: look.government, radius: 6 }), 'a government or body named by its seat');
    const data = g.front.data();
    if (!data) return found;
    const seen = {};
    data.pieces.forEach(function (pieces) { pieces.forEach(function (p) { seen[p.status] = true; }); });
    if (wanted('contact')) Object.keys(g.front.STYLES).forEach(function (s) {
      if (seen[s]) row(line(s), s === 'given' ? 'line of contact, given' : 'line of contact, ' + g.front.STYLES[s].words + (s === 'supported' ? '; fainter = less sure' : ''));
    });
    if (wanted('band') && data.bands.some(Boolean)) row(area(look.line, 0.2), 'the line runs in here with 80 % probability');
    if (wanted('control')) data.grounds.forEach(function (gr) { row(area(g.sideColour(gr.colour), 0.24, gr.side === 'A'), ['held by ', bdi(gr.party)]); });
    if (wanted('movement') && data.dates.length > 1) data.grounds.forEach(function (gr) { row(hatch(g.sideColour(gr.colour), gr.side), ['gained by ', bdi(gr.party), ' in the period']); });
    if (wanted('references') && data.dates.length > 1) row(sign(function (ctx) { ctx.strokeStyle = look.line; ctx.globalAlpha = 0.6; ctx.setLineDash([2, 3]); ctx.beginPath(); ctx.moveTo(2, 13); ctx.quadraticCurveTo(14, 5, 30, 9); ctx.stroke(); }), 'lines of other dates');
    if (wanted('seeds') && data.seeds.length) row(symbol({ radius: 4.5, colour: look.other, shape: 'square', hollow: true }), 'seed town: its holder is declared, not read');
    return found;
  }
  function list(all) {
    const box = h('ul', { class: 'gm-legend' });
    rows(all).forEach(function (r) { add(box, h('li', {}, r[0], h('span', {}, r[1]))); });
    return box;
  }
  function fill() {
    const box = kit.clear(kit.$('gm-legend-rows'));
    add(box, [list(true), h('p', { class: 'gm-note' }, 'Layers are by the date of the report. Undated reports say no date of their own; they are kept apart, never given today\u2019s.')]);
  }
  g.legend = { start: function () { fill(); g.on('theme', fill); }, line: line, hatch: hatch, list: list };
}(window.geomap));

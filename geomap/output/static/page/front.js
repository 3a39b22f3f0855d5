/* geomap's page: lines of contact by date, who holds what, and what changed hands in the period. */
(function (g) {
  'use strict';

  const kit = g.kit;
  // How each kind of support looks: an unsupported stretch only joins what is known.
  const STYLES = {
    supported: { weight: 3, dash: [], words: 'supported by reports' },
    prior: { weight: 2.6, dash: [9, 6], words: 'from an earlier line' },
    unsupported: { weight: 1.8, dash: [1, 5], words: 'no evidence: it only joins what is known' },
    given: { weight: 2.6, dash: [], words: 'line given' }
  };
  const MOST_REFERENCES = 40, KEPT = 80;
  let data = null, drawn = null;
  const shapes = new Map(), movements = new Map();

  function styleOf(status) { return kit.has(STYLES, status) ? STYLES[status] : STYLES.given; }
  function opacityOf(piece) { return piece.confidence === undefined || piece.confidence === null ? 0.95 : 0.45 + 0.5 * piece.confidence; }
  /** Geometry of a text, made once; what has not been asked for longest is forgotten. */
  function shape(text) {
    if (!text) return null;
    let found = shapes.get(text);
    if (found) shapes.delete(text); else found = g.shape(text);
    shapes.set(text, found);
    if (shapes.size > KEPT * 12) shapes.delete(shapes.keys().next().value);
    return found;
  }

  // ---- Which line belongs to a day ----

  /** The number of the last drawing up to a day; -1: none. A line without a date holds before all others. */
  function inForce(day) {
    if (!data) return -1;
    let found = -1;
    for (let i = 0; i < data.dates.length; i++) { if (data.dates[i] === null || data.dates[i] <= day) found = i; else break; }
    return found;
  }
  /** What is shown: the line that the period ends with, and the one that its movement is counted from (-1: none). */
  function current() {
    if (!data) return { at: -1, from: -1 };
    const now = g.time.now, dated = g.time.stops().length > 0, at = dated ? inForce(now.to) : data.dates.length - 1;
    // A single day has the movement of its own line, if it has one.
    let from = now.mode !== 'day' ? inForce(now.from) : at >= 0 && data.dates[at] === now.to ? kit.lower(data.dates, now.to, at) - 1 : -1;
    if (from < 0 && now.mode !== 'day') from = data.dates.findIndex(function (d) { return d !== null && d >= now.from; });
    if (from >= 0 && (from >= at || data.dates[from] === null)) from = -1;
    return { at: at, from: from };
  }
  function held(at, side) {
    const parts = [];
    data.grounds.forEach(function (gr) { if (gr.side === side && gr.outlines[at]) parts.push.apply(parts, shape(gr.outlines[at]).parts); });
    if (!parts.length) return null;
    const boxes = data.grounds.filter(function (gr) { return gr.side === side && gr.outlines[at]; }).map(function (gr) { return shape(gr.outlines[at]).box; });
    return {
      parts: parts, box: [Math.min.apply(null, boxes.map(function (b) { return b[0]; })), Math.min.apply(null, boxes.map(function (b) { return b[1]; })),
        Math.max.apply(null, boxes.map(function (b) { return b[2]; })), Math.max.apply(null, boxes.map(function (b) { return b[3]; }))]
    };
  }
  /** The parties whose ground lies east and west of the other's: [east, west]; null where that is not so. */
  function eastern() {
    if (!data) return null;
    const at = data.dates.length - 1, a = held(at, 'A'), b = held(at, 'B'), party = function (side) { return partyOf(side, at).party; };
    if (a && b) return a.box[0] + a.box[2] >= b.box[0] + b.box[2] ? [party('A'), party('B')] : [party('B'), party('A')];
    if (!a && !b) return null;
    const one = a || b, line = data.lines[at].map(shape).filter(Boolean), middle = line.reduce(function (sum, s) { return sum + s.box[0] + s.box[2]; }, 0) / (2 * line.length || 1);
    const isEast = (one.box[0] + one.box[2]) / 2 >= middle, names = a ? [party('A'), party('B')] : [party('B'), party('A')];
    return isEast ? names : names.reverse();
  }
  function partyOf(side, at) {
    const own = data.grounds.find(function (gr) { return gr.side === side && gr.outlines[at]; }) || data.grounds.find(function (gr) { return gr.side === side; });
    return own || (data.sides && data.sides[side]) || { party: 'side ' + side, colour: '#5b6570' };
  }
  /**
   * Who gained which ground between two drawings: what a side holds and the other side held. Where the source tells of one side only, what
   * that side no longer holds is the other's gain. The shapes are not cut out: painting and measuring ask where all of `inside` and none of `outside` is.
   */
  function movement(from, at) {
    const key = from + ' ' + at;
    if (movements.has(key)) return movements.get(key);
    const gains = [];
    if (from >= 0 && at >= 0) ['A', 'B'].forEach(function (side) {
      const other = side === 'A' ? 'B' : 'A', mine = held(at, side), mineBefore = held(from, side), others = held(at, other), othersBefore = held(from, other);
      const cut = mine && othersBefore ? [[mine, othersBefore], []] : mine && mineBefore ? [[mine], [mineBefore]] : others && othersBefore ? [[othersBefore], [others]] : null;
      if (cut) gains.push({ side: side, party: partyOf(side, at).party, colour: partyOf(side, at).colour, inside: cut[0], outside: cut[1], km2: null });
    });
    const found = { from: from, at: at, gains: gains, measured: false };
    if (movements.size > 400) movements.clear();
    movements.set(key, found);
    return found;
  }
  /** Measure the gains, beyond where either line may run too. */
  function measure(m) {
    if (m.measured) return m;
    const bands = [m.from, m.at].map(function (i) { return i >= 0 ? shape(data.bands[i]) : null; });
    m.gains.forEach(function (gain) {
      gain.km2 = g.areaKm2(gain.inside, gain.outside);
      if (bands[0] && bands[1]) gain.sure_km2 = g.areaKm2(gain.inside, gain.outside.concat(bands));
    });
    m.measured = true;
    return m;
  }

  // ---- Painting ----

  function fillCut(ctx, v, gain) {
    const colour = g.sideColour(gain.colour), b = v.bounds, w = b.max.x - b.min.x, h = b.max.y - b.min.y;
    ctx.save();
    gain.inside.forEach(function (s) { ctx.clip(g.areaPath(s, v), 'evenodd'); });
    gain.outside.forEach(function (s) { const p = g.areaPath(s, v); p.rect(b.min.x, b.min.y, w, h); ctx.clip(p, 'evenodd'); });
    ctx.globalAlpha = 0.24; ctx.fillStyle = colour; ctx.fillRect(b.min.x, b.min.y, w, h);
    ctx.globalAlpha = 1; ctx.fillStyle = g.hatch(colour, gain.side); ctx.fillRect(b.min.x, b.min.y, w, h);
    ctx.restore();
  }
  function paint(ctx, v) {
    const on = g.filters.shown.layers, look = g.look(), c = current();
    drawn = { at: c.at, from: c.from, pieces: [], references: [] };
    if (data && c.at >= 0) {
      if (on.control) data.grounds.forEach(function (gr) {
        const s = shape(gr.outlines[c.at]);
        if (!s || !g.meets(s.box, v.box)) return;
        const path = g.areaPath(s, v), colour = g.sideColour(gr.colour);
        ctx.globalAlpha = gr.side === 'A' ? 0.14 : 0.1; ctx.fillStyle = colour; ctx.fill(path, 'evenodd'); ctx.globalAlpha = 1;
        // Without colour the two sides are told by the hatch of one.
        if (gr.side === 'A') { ctx.fillStyle = g.hatch(colour, 'A', true); ctx.fill(path, 'evenodd'); }
      });
      if (on.movement && c.from >= 0) movement(c.from, c.at).gains.forEach(function (gain) { fillCut(ctx, v, gain); });
      if (on.band && data.bands[c.at]) { ctx.globalAlpha = 0.17; ctx.fillStyle = look.line; ctx.fill(g.areaPath(shape(data.bands[c.at]), v), 'evenodd'); ctx.globalAlpha = 1; }
    }
    g.regions.paint(ctx, v);
    if (!data) return;
    ctx.lineJoin = 'round';
    if (on.references) referencesOf(c).forEach(function (at) {
      data.lines[at].forEach(function (text, n) {
        const path = g.linePath(shape(text), v);
        ctx.globalAlpha = 0.5; ctx.strokeStyle = look.line; ctx.lineWidth = 1; ctx.setLineDash([2, 3]); ctx.stroke(path); ctx.setLineDash([]); ctx.globalAlpha = 1;
        drawn.references.push({ path: path, at: at, piece: data.pieces[at][n], number: n });
      });
    });
    if (!on.contact || c.at < 0) return;
    const pieces = data.pieces[c.at].map(function (p, n) { const s = shape(data.lines[c.at][n]); return s ? { piece: p, shape: s, path: g.linePath(s, v), number: n } : null; }).filter(Boolean);
    // All edges under all lines: else the edge of one stretch would cut the end of the next. The dotted have none.
    pieces.forEach(function (p) {
      if (p.piece.status === 'unsupported') return;
      ctx.strokeStyle = look.lineEdge; ctx.globalAlpha = 0.85; ctx.lineWidth = styleOf(p.piece.status).weight + 3.4; ctx.lineCap = 'round'; ctx.stroke(p.path);
    });
    pieces.forEach(function (p) {
      const style = styleOf(p.piece.status);
      ctx.strokeStyle = look.line; ctx.globalAlpha = opacityOf(p.piece); ctx.lineWidth = style.weight; ctx.lineCap = p.piece.status === 'prior' ? 'butt' : 'round';
      ctx.setLineDash(style.dash); ctx.stroke(p.path); ctx.setLineDash([]);
    });
    ctx.globalAlpha = 1;
    drawn.pieces = pieces;
  }
  /** The other lines of the window, thinned evenly when they are many; in a window of one day the one before. */
  function referencesOf(c) {
    const now = g.time.now, found = [];
    data.dates.forEach(function (d, i) { if (i !== c.at && (d === null || d >= now.from && d <= now.to)) found.push(i); });
    if (!found.length && c.at > 0) found.push(c.at - 1);
    const every = Math.ceil(found.length / MOST_REFERENCES);
    return found.filter(function (_, i) { return i % every === 0; });
  }
  function paintSeeds(ctx, v) {
    if (!data || !g.filters.shown.layers.seeds || !drawn || drawn.at < 0) return;
    drawn.seeds = data.seeds_of[drawn.at].map(function (n) {
      const s = data.seeds[n], x = g.worldX(s.lon) * v.scale - v.left, y = g.worldY(s.lat) * v.scale - v.top;
      g.drawSymbol(ctx, x, y, { shape: 'square', colour: g.sideColour(s.colour), radius: 4, hollow: true, confidence: 1, count: 1 });
      return { seed: s, x: x, y: y };
    });
  }
  /** The stretch of a line, or the seed town, under a point of the layer. */
  function at(ctx, p) {
    if (!drawn) return null;
    const seed = g.filters.shown.layers.seeds && (drawn.seeds || []).find(function (s) { return Math.abs(s.x - p.x) < 7 && Math.abs(s.y - p.y) < 7; });
    if (seed) return { seed: seed.seed };
    ctx.save(); ctx.setTransform(1, 0, 0, 1, 0, 0); ctx.lineWidth = 12; ctx.setLineDash([]);
    const hit = function (d) { return ctx.isPointInStroke(d.path, p.x, p.y); };
    const piece = drawn.pieces.find(hit), reference = piece ? null : drawn.references.find(hit);
    ctx.restore();
    return piece ? { at: drawn.at, piece: piece.piece, number: piece.number } : reference ? { at: reference.at, piece: reference.piece, number: reference.number, reference: true } : null;
  }
  function count(kind) {
    if (!data) return 0;
    if (kind === 'contact') return data.lines.filter(function (l) { return l.length; }).length;
    if (kind === 'band') return data.bands.filter(Boolean).length;
    if (kind === 'control') return data.dates.filter(function (_, i) { return data.grounds.some(function (gr) { return gr.outlines[i]; }); }).length;
    if (kind === 'seeds') return data.seeds.length;
    return kind === 'references' || kind === 'movement' ? (data.dates.length > 1 && (kind === 'references' || data.grounds.length) ? data.dates.length - 1 : 0) : 0;
  }
  g.front = {
    STYLES: STYLES, styleOf: styleOf, read: function (table) { data = table; },
    data: function () { return data; }, /** Days with a line; that which held before the period begins is none of it. */
    days: function () { return data ? data.dates.slice(data.early).filter(function (d) { return d !== null; }) : []; },
    eastern: eastern, current: current, movement: movement, measure: measure, paint: paint, paintSeeds: paintSeeds, at: at, count: count, shape: shape,
    pieces: function () { return drawn ? drawn.pieces : []; }, drawnAt: function () { return drawn ? drawn.at : -1; }
  };
}(window.geomap));

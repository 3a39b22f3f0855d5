/* geomap's page: the symbols. What stands too close is drawn as one, at the place with the most to tell. */
(function (g) {
  'use strict';

  const kit = g.kit;
  const COARSE = ['country', 'admin1', 'raion', 'hromada', 'estimated', 'hint'], WIDE = ['country', 'admin1'];
  // Claims stand beside the place that they are about, each actor in a seat of its own.
  const SEATS = [[1, -1], [-1, -1], [1, 1], [-1, 1]];
  let map = null, surface = null, shown = [], seats = null;

  function seatOf(actor) {
    if (!seats) {
      const n = Object.create(null);
      for (let s = 0; s < g.data.spots.n; s++) { const a = g.data.spots.actor[s]; if (a || g.data.spots.kind[s] === 2) n[a] = (n[a] || 0) + 1; }
      seats = Object.create(null);
      const free = SEATS.slice(), east = g.front.eastern(), take = function (a, right) {
        const i = Math.max(0, free.findIndex(function (seat) { return right === null || seat[0] > 0 === right; }));
        seats[a] = free.splice(i, 1)[0];
        if (!free.length) free.push.apply(free, SEATS);
      };
      // Who holds the east stands to the east of a place, whoever claims more.
      Object.keys(n).sort(function (a, b) { return n[b] - n[a] || (a < b ? -1 : 1); }).forEach(function (a) { take(a, east ? (a === east[0] ? true : a === east[1] ? false : null) : null); });
    }
    return seats[actor] || SEATS[0];
  }
  function classOf(s) {
    const spots = g.data.spots, kind = spots.kind[s];
    return kind === 2 ? 8 + g.data.actors.indexOf(spots.actor[s]) : kind === 0 && WIDE.indexOf(spots.precision[s]) >= 0 ? 5 : kind;
  }
  let classes = null;

  /** Gather the spots that are seen into marks: the strongest first, each taking in what lies under it. */
  function gather(v) {
    const t = g.tally(), spots = g.data.spots, near = v.zoom < 7 ? 42 : v.zoom < 9 ? 34 : v.zoom < 11 ? 22 : v.zoom < 13 ? 11 : 3, pad = 60 / v.scale;
    if (!classes) { classes = new Int32Array(spots.n); for (let s = 0; s < spots.n; s++) classes[s] = classOf(s); }
    const west = v.box[0] - pad, north = v.box[1] - pad, east = v.box[2] + pad, south = v.box[3] + pad, seen = [];
    for (let s = 0; s < spots.n; s++) {
      if (t.count[s] && spots.x[s] >= west && spots.x[s] <= east && spots.y[s] >= north && spots.y[s] <= south) seen.push(s);
    }
    seen.sort(function (a, b) { return t.count[b] - t.count[a] || a - b; });
    const cells = new Map(), found = [];
    const keyOf = function (c, i, j) { return (c * 4194304 + i) * 4194304 + j; };
    seen.forEach(function (s) {
      const c = classes[s], cell = c >= 8 ? 1.35 * near : near, x = spots.x[s] * v.scale, y = spots.y[s] * v.scale, i = Math.floor(x / cell), j = Math.floor(y / cell);
      let mark = null, nearest = cell * cell;
      for (let di = -1; di <= 1; di++) for (let dj = -1; dj <= 1; dj++) {
        const there = cells.get(keyOf(c, i + di, j + dj));
        if (!there) continue;
        for (let k = 0; k < there.length; k++) {
          const m = there[k], d = (m.wx - x) * (m.wx - x) + (m.wy - y) * (m.wy - y);
          if (d < nearest) { nearest = d; mark = m; }
        }
      }
      if (mark) {
        mark.members.push(s); mark.count += t.count[s];
        if (t.best[s] > mark.best) mark.best = t.best[s];
        mark.said |= t.said[s];
        if (t.several[s] || t.source[s] !== mark.source) mark.several = true;
        return;
      }
      mark = { spot: s, members: [s], count: t.count[s], best: t.best[s], said: t.said[s], several: t.several[s] === 1, source: t.source[s], wx: x, wy: y };
      const key = keyOf(c, i, j);
      if (cells.has(key)) cells.get(key).push(mark); else cells.set(key, [mark]);
      found.push(mark);
    });
    found.forEach(function (m) { dress(m, v); });
    // Areas below, then what tells least; the strongest lie on top.
    found.sort(function (a, b) { return a.layer - b.layer || a.count - b.count || b.spot - a.spot; });
    return found;
  }
  function dress(m, v) {
    const spots = g.data.spots, s = m.spot, kind = m.kind = g.KINDS[spots.kind[s]], look = g.look();
    m.coarse = COARSE.indexOf(spots.precision[s]) >= 0;
    m.lat = spots.lat[s]; m.lon = spots.lon[s]; m.confidence = m.best / 1000;
    m.shape = 'circle'; m.colour = look[kind] || look.places; m.dx = m.dy = 0; m.layer = 1;
    const seat = kind === 'claims' ? seatOf(spots.actor[s]) : null;
    if (kind === 'claims') {
      m.shape = 'square'; m.colour = g.partyColour(spots.actor[s]); m.edged = g.partyEdged(spots.actor[s]); m.layer = 2;
      m.negated = m.said === 4; m.planned = m.said === 8; m.confirmed = (m.said & 2) !== 0;
    } else if (kind !== 'places') { m.shape = 'triangle'; m.layer = 0; }
    else if (m.coarse) { m.hollow = true; m.shape = spots.precision[s] === 'estimated' || spots.precision[s] === 'hint' ? 'circle' : 'diamond'; if (m.shape === 'diamond') m.layer = 0; }
    m.radius = (kind === 'claims' && v.zoom < 8.5 ? 0.82 : 1) * ((kind === 'claims' || m.shape === 'diamond' ? 6 : 6.2) + (m.count > 1 ? 1.4 + 0.9 * Math.min(6, Math.log2(m.count)) : 0));
    if (kind === 'claims') { m.dx = seat[0] * (8 + 0.9 * m.radius); m.dy = seat[1] * (7 + 0.8 * m.radius); }
    m.px = m.wx - v.left + m.dx; m.py = m.wy - v.top + m.dy;
    m.several = m.several && m.count > 1;
  }
  /** Pixels of a length on the ground at a mark. */
  function pixels(km, lat, v) { return km * 1000 / (40075016.7 * Math.cos(lat * Math.PI / 180) / (256 * v.scale)); }

  function paint(ctx, v) {
    shown = gather(v);
    const spots = g.data.spots, picked = g.attention.spots(), circles = new Set();
    shown.forEach(function (m) {
      const km = spots.radius_km[m.spot];
      if (m.kind !== 'places' || !m.coarse || !(km > 0 && km <= 60) || m.members.length > 1) return;
      // That of a place that a hint has put there tells what the hint's region tells: they go together.
      if (spots.precision[m.spot] === 'hint' && !g.filters.shown.layers.regions) return;
      const key = m.lat.toFixed(2) + ',' + m.lon.toFixed(2) + ',' + Math.round(km);
      if (circles.has(key)) return;
      circles.add(key);
      ctx.beginPath(); ctx.arc(m.px, m.py, pixels(km, m.lat, v), 0, 2 * Math.PI);
      ctx.fillStyle = m.colour; ctx.globalAlpha = 0.07; ctx.fill();
      ctx.globalAlpha = 0.4; ctx.strokeStyle = m.colour; ctx.lineWidth = 1; ctx.setLineDash([2, 5]); ctx.stroke(); ctx.setLineDash([]); ctx.globalAlpha = 1;
    });
    g.front.paintSeeds(ctx, v);
    g.attention.paintHints(ctx, v);
    shown.forEach(function (m) {
      if (m.px < v.bounds.min.x - 40 || m.px > v.bounds.max.x + 40 || m.py < v.bounds.min.y - 40 || m.py > v.bounds.max.y + 40) return;
      m.picked = picked.size > 0 && m.members.some(function (s) { return picked.has(s); });
      g.drawSymbol(ctx, m.px, m.py, m);
    });
    g.attention.paintWords(ctx, v);
  }
  /** The mark under a point of the layer, if any. */
  function at(p) {
    for (let i = shown.length - 1; i >= 0; i--) {
      const m = shown[i], r = m.radius + 4;
      if (Math.abs(p.x - m.px) <= r && Math.abs(p.y - m.py) <= r && (p.x - m.px) * (p.x - m.px) + (p.y - m.py) * (p.y - m.py) <= r * r) return m;
    }
    return null;
  }
  /** What a mark is called, in words. */
  function title(m) {
    const spots = g.data.spots, name = g.named(spots.name[m.spot], spots.native[m.spot]) || 'A place', more = m.members.length - 1;
    const what = m.kind === 'claims' ? (spots.actor[m.spot] || 'Someone') + ', ' + name : name;
    return { name: what, words: (m.count > 1 ? ' \u00d7 ' + kit.count(m.count) : '') + (more ? ', with ' + kit.plural(more, 'place') + ' near it' : '') };
  }
  g.marks = {
    start: function (leaflet) { map = leaflet; surface = g.surface(map, 'gm-marks', 400, 0.1, paint); },
    redraw: function () { surface.redraw(); },
    shown: function () { return shown; }, at: at, title: title, map: function () { return map; }
  };
}(window.geomap));

/* geomap's page: names of places, towns, oblasts and countries, none over another. */
(function (g) {
  'use strict';

  let map = null, surface = null, script = 'latin';
  const CELL = 64;

  /** The name in the script asked for, where the file has it. */
  g.named = function (latin, native) { return script === 'cyrillic' && native ? native : latin; };

  /** Boxes that are taken, found again by the cells that they lie in. */
  function Room() { this.cells = new Map(); }
  Room.prototype.each = function (b, f) {
    for (let i = Math.floor(b[0] / CELL); i <= Math.floor(b[2] / CELL); i++) {
      for (let j = Math.floor(b[1] / CELL); j <= Math.floor(b[3] / CELL); j++) if (f(i * 65536 + j)) return true;
    }
    return false;
  };
  Room.prototype.free = function (b) {
    const cells = this.cells;
    return !this.each(b, function (c) { return (cells.get(c) || []).some(function (o) { return b[0] < o[2] && b[2] > o[0] && b[1] < o[3] && b[3] > o[1]; }); });
  };
  Room.prototype.take = function (b) {
    const cells = this.cells;
    this.each(b, function (c) { if (!cells.has(c)) cells.set(c, []); cells.get(c).push(b); return false; });
  };

  function paint(ctx, v) {
    const look = g.look(), room = new Room(), zoom = v.zoom;
    const at = function (lat, lon) { return { x: g.worldX(lon) * v.scale - v.left, y: g.worldY(lat) * v.scale - v.top }; };
    const inView = function (p) { return p.x >= v.bounds.min.x && p.x <= v.bounds.max.x && p.y >= v.bounds.min.y && p.y <= v.bounds.max.y; };
    const put = function (text, p, gap, style, centred) {
      ctx.font = style.font;
      if ('letterSpacing' in ctx) ctx.letterSpacing = style.spacing || '0px';
      const w = ctx.measureText(text).width, t = style.size * 0.62, o = gap + 4;
      const seats = centred ? [[-w / 2, 0]] : [[o, 0], [-o - w, 0], [-w / 2, -o - t], [-w / 2, o + t], [o * 0.7, -o * 0.7 - t / 2], [o * 0.7, o * 0.7 + t / 2]];
      for (let i = 0; i < seats.length; i++) {
        const x = p.x + seats[i][0], y = p.y + seats[i][1], b = [x - 2, y - t, x + w + 2, y + t];
        if (!room.free(b)) continue;
        room.take(b);
        ctx.textBaseline = 'middle'; ctx.textAlign = 'left'; ctx.lineJoin = 'round';
        ctx.lineWidth = style.halo || 3; ctx.strokeStyle = look.labelHalo; ctx.fillStyle = style.colour;
        ctx.strokeText(text, x, y); ctx.fillText(text, x, y);
        return true;
      }
      return false;
    };
    const marks = g.marks.shown(), taken = new Set();
    marks.forEach(function (m) { const r = m.radius + 1; room.take([m.px - r, m.py - r, m.px + r, m.py + r]); });
    const named = marks.filter(function (m) { return m.kind !== 'claims'; }).sort(function (a, b) { return b.count - a.count || a.spot - b.spot; });
    named.slice(0, 220).forEach(function (m) {
      const name = g.named(g.data.spots.name[m.spot], g.data.spots.native[m.spot]), strong = m.kind === 'places' && !m.coarse;
      taken.add(name);
      put(name.length > 40 ? name.slice(0, 39) + '\u2026' : name, { x: m.px, y: m.py }, m.radius + (m.several ? 3 : 0),
        { font: (strong ? '600 12.5px ' : '500 12px ') + g.FONT, size: 13, colour: strong ? look.label : look.faint, halo: 3.5 });
    });
    if (g.basemap.tilesOn()) return;
    if (zoom < 7) g.labels.countries.forEach(function (f) {
      const p = at(f.lat, f.lon);
      if (!inView(p) || f.area < 4 * Math.pow(2, 4 - zoom)) return;
      put(g.named(f.name, f.native).toUpperCase(), p, 0, { font: '600 11.5px ' + g.FONT, size: 12, colour: look.fainter, spacing: '1.6px' }, true);
    });
    if (zoom >= 6 && zoom < 10) g.labels.admin1.forEach(function (f) {
      const p = at(f.lat, f.lon);
      if (!inView(p) || f.area * Math.pow(4, zoom) < 6000) return;
      put(g.named(f.name, f.native).toUpperCase(), p, 0, { font: '500 10.5px ' + g.FONT, size: 11, colour: look.fainter, spacing: '1.1px' }, true);
    });
    const least = zoom < 5 ? 1500000 : zoom < 6 ? 600000 : zoom < 7 ? 200000 : zoom < 8 ? 70000 : zoom < 9 ? 18000 : zoom < 10 ? 4000 : 0;
    let left = 240;
    g.labels.towns.some(function (t) {
      if (t[3] < least && zoom < 10.5 || left <= 0) return zoom < 10.5 || left <= 0;
      const p = at(t[1], t[2]), name = g.named(t[0], t[4]), big = t[3] >= 200000;
      if (!inView(p) || taken.has(name) || !room.free([p.x - 2, p.y - 2, p.x + 2, p.y + 2])) return false;
      if (put(name, p, 3, { font: (big ? '500 12px ' : '400 11px ') + g.FONT, size: big ? 12 : 11, colour: look.faint })) {
        left--;
        room.take([p.x - 2, p.y - 2, p.x + 2, p.y + 2]);
        ctx.beginPath(); ctx.arc(p.x, p.y, big ? 2.2 : 1.7, 0, 2 * Math.PI); ctx.fillStyle = look.paper; ctx.fill(); ctx.lineWidth = 1; ctx.strokeStyle = look.faint; ctx.stroke();
      }
      return false;
    });
  }
  g.names = {
    start: function (leaflet) { map = leaflet; surface = g.surface(map, 'gm-names', 450, 0.1, paint); g.on('theme script basemap', g.names.redraw); },
    redraw: function () { surface.redraw(); },
    script: function (wanted) {
      if (wanted && wanted !== script && (wanted === 'latin' || wanted === 'cyrillic')) { script = wanted; g.emit('script'); }
      return script;
    },
    /** Whether the file has names in another script at all. */
    other: function () { return g.data.spots.native.some(Boolean) || g.labels.towns.some(function (t) { return t[4]; }); }
  };
}(window.geomap));

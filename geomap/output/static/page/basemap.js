/* geomap's page: land, borders, rivers, the graticule; all of it out of the file. */
(function (g) {
  'use strict';

  let map = null, layers = null, surface = null, graticule = false, tiles = null, tilesOn = false;
  const STEPS = [30, 20, 10, 5, 2, 1, 0.5, 0.25, 0.1, 0.05, 0.02, 0.01];

  function read(table) {
    const shapes = function (role, list) { return (list || []).filter(function (f) { return f.role === role; }).map(function (f) { return Object.assign({}, f, { shape: g.shape(f.text) }); }); };
    layers = {
      land: shapes('land', table.countries), coast: shapes('coast', table.countries), border: shapes('border', table.countries),
      inner: shapes('border', table.admin1), river: shapes('river', table.rivers), lake: shapes('lake', table.rivers)
    };
    g.labels = {
      countries: (table.countries || []).filter(function (f) { return f.role === 'label'; }), admin1: (table.admin1 || []).filter(function (f) { return f.role === 'label'; }),
      towns: table.towns || []
    };
  }
  function paint(ctx, v) {
    const look = g.look();
    ctx.lineJoin = 'round'; ctx.lineCap = 'round';
    if (!tilesOn) {
      ctx.fillStyle = look.water;
      ctx.fillRect(v.bounds.min.x, v.bounds.min.y, v.bounds.max.x - v.bounds.min.x, v.bounds.max.y - v.bounds.min.y);
      const seen = function (f) { return g.meets(f.shape.box, v.box); };
      const stroke = function (list, colour, width) {
        ctx.strokeStyle = colour; ctx.lineWidth = width;
        list.filter(seen).forEach(function (f) { ctx.stroke(g.linePath(f.shape, v)); });
      };
      ctx.fillStyle = look.land; ctx.strokeStyle = look.land; ctx.lineWidth = 0.6;
      layers.land.filter(seen).forEach(function (f) { const p = g.areaPath(f.shape, v); ctx.fill(p, 'evenodd'); ctx.stroke(p); });
      ctx.fillStyle = look.water; ctx.strokeStyle = look.coast; ctx.lineWidth = 0.7;
      layers.lake.filter(seen).forEach(function (f) { const p = g.areaPath(f.shape, v); ctx.fill(p, 'evenodd'); ctx.stroke(p); });
      if (v.zoom >= 4) layers.river.filter(seen).forEach(function (f) {
        const rank = f.rank === undefined || f.rank === null ? 8 : f.rank;
        if (rank > v.zoom + 1.5) return;
        ctx.strokeStyle = look.river; ctx.lineWidth = Math.max(0.7, Math.min(3.2, (v.zoom - rank) * 0.35 + 1.3));
        ctx.stroke(g.linePath(f.shape, v));
      });
      if (v.zoom >= 5) stroke(layers.inner, look.inner, 1);
      stroke(layers.coast, look.coast, 0.9);
      stroke(layers.border, look.border, 1.3);
    }
    if (graticule) paintGraticule(ctx, v, look);
  }
  function paintGraticule(ctx, v, look) {
    const west = g.lonOf(v.box[0]), east = g.lonOf(v.box[2]), north = g.latOf(v.box[1]), south = g.latOf(v.box[3]);
    const step = STEPS.find(function (s) { return (east - west) / s >= 5; }) || STEPS[STEPS.length - 1], digits = step < 0.1 ? 2 : step < 1 ? (step === 0.25 ? 2 : 1) : 0;
    const corner = map.containerPointToLayerPoint([0, 0]), size = map.getSize();
    ctx.strokeStyle = look.grid; ctx.lineWidth = 1; ctx.fillStyle = look.faint; ctx.font = '500 10.5px ' + g.FONT; ctx.textBaseline = 'top';
    const label = function (value, letters) { return Math.abs(value).toFixed(digits) + '\u00b0' + (value < 0 ? letters[1] : value > 0 ? letters[0] : ''); };
    ctx.textAlign = 'left';
    for (let n = Math.ceil(west / step); n * step <= east; n++) {
      const x = g.worldX(n * step) * v.scale - v.left;
      ctx.beginPath(); ctx.moveTo(x, v.bounds.min.y); ctx.lineTo(x, v.bounds.max.y); ctx.stroke();
      ctx.fillText(label(n * step, 'EW'), x + 3, corner.y + 3);
    }
    ctx.textAlign = 'right'; ctx.textBaseline = 'bottom';
    for (let n = Math.ceil(south / step); n * step <= north; n++) {
      const y = g.worldY(n * step) * v.scale - v.top;
      ctx.beginPath(); ctx.moveTo(v.bounds.min.x, y); ctx.lineTo(v.bounds.max.x, y); ctx.stroke();
      ctx.fillText(label(n * step, 'NS'), corner.x + size.x - 4, y - 1);
    }
  }
  function useTiles(on) {
    const given = g.page.tiles;
    if (!given || on === tilesOn) return;
    if (on && !tiles) tiles = L.tileLayer(given.url, { maxZoom: 19, attribution: '' });
    if (on) tiles.addTo(map); else tiles.remove();
    tilesOn = on;
    surface.redraw();
    g.emit('basemap');
  }
  g.basemap = {
    start: function (leaflet, table) {
      map = leaflet;
      read(table);
      surface = g.surface(map, 'gm-base', 150, 0.25, paint);
      g.on('theme', function () { surface.redraw(); });
    },
    graticule: function (on) { if (on !== undefined && on !== graticule) { graticule = on; surface.redraw(); g.emit('basemap'); } return graticule; },
    redraw: function () { surface.redraw(); }, tiles: useTiles, tilesOn: function () { return tilesOn; }
  };
}(window.geomap));

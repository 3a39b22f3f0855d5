/* geomap: the page that shows dated reports on a map. Texts of articles only ever become text nodes. */
(function () {
  'use strict';

  const KINDS = [
    { key: 'places', label: 'Places', on: true },
    { key: 'regions', label: 'Hinted regions', on: true },
    { key: 'claims', label: 'Claims', on: true },
    { key: 'government', label: 'Governments and bodies', on: false },
    { key: 'demonym', label: 'Peoples', on: false }
  ];
  const INK = { places: '#0b5f66', government: '#59636e', demonym: '#59636e', regions: '#6a4aa5', other: '#5b6570' };
  const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif';
  const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  const WINDS = {
    N: 'north', NNE: 'north-north-east', NE: 'north-east', ENE: 'east-north-east', E: 'east', ESE: 'east-south-east',
    SE: 'south-east', SSE: 'south-south-east', S: 'south', SSW: 'south-south-west', SW: 'south-west', WSW: 'west-south-west',
    W: 'west', WNW: 'west-north-west', NW: 'north-west', NNW: 'north-north-west'
  };
  const PRECISION = {
    exact: 'an exact point', settlement: 'a settlement', hromada: 'a hromada', raion: 'a raion', admin1: 'a province',
    country: 'a country', estimated: 'estimated', hint: 'placed by a hint'
  };
  const RELATION = {
    near: 'near', in_or_near: 'in or near', within: 'within', part: 'a part of', direction: 'in a direction from',
    distance: 'at a distance from', distance_direction: 'at a distance and direction from', between: 'between',
    along: 'along', toward: 'toward', front_distance: 'at a distance from the front', outskirts: 'on the outskirts of',
    opposite: 'opposite', bank: 'on the bank of', border: 'at the border of', border_distance: 'at a distance from the border of'
  };
  // What was done: [done, to do, word before the place].
  const ACTIONS = {
    'captured': ['captured', 'capture', ''], 'encircled': ['encircled', 'encircle', ''], 'liberated': ['liberated', 'liberate', ''],
    'withdrawn': ['withdrew', 'withdraw', 'from'], 'withdrew': ['withdrew', 'withdraw', 'from'], 'retreated': ['retreated', 'retreat', 'from'],
    'repelled attack': ['repelled an attack', 'repel an attack', 'at'], 'repelled': ['repelled an attack', 'repel an attack', 'at'],
    'attacked': ['attacked', 'attack', ''], 'advanced': ['advanced', 'advance', 'at'], 'shelled': ['shelled', 'shell', ''],
    'struck': ['struck', 'strike', ''], 'entered': ['entered', 'enter', ''], 'held': ['held', 'hold', ''], 'holds': ['holds', 'hold', ''],
    'lost': ['lost', 'lose', ''], 'fought': ['fought', 'fight', 'at'], 'controlled': ['controlled', 'control', ''], 'counterattacked': ['counterattacked', 'counterattack', 'at']
  };

  const state = {
    map: null, data: null, marks: [], byDate: {}, layersByDate: {}, selected: 'all', kinds: {}, order: [],
    picked: null, popup: null, tooltip: null, labels: null, tiles: null, tilesOn: false, parties: {}
  };
  const $ = function (id) { return document.getElementById(id); };

  /** Make an element; strings become text nodes, attributes go through setAttribute. */
  function h(tag, attributes) {
    const node = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (k) {
      const v = attributes[k];
      if (v === null || v === undefined || v === false) return;
      if (k === 'on') Object.keys(v).forEach(function (e) { node.addEventListener(e, v[e]); });
      else node.setAttribute(k, v === true ? '' : v);
    });
    for (let i = 2; i < arguments.length; i++) add(node, arguments[i]);
    return node;
  }
  function add(node, child) {
    if (child === null || child === undefined || child === false) return;
    if (Array.isArray(child)) child.forEach(function (c) { add(node, c); });
    else node.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  /** Words from outside: isolated, so that right-to-left marks in them stay in them. */
  function bdi(text) { return h('bdi', {}, text); }
  function clear(node) { while (node.firstChild) node.removeChild(node.firstChild); return node; }

  function plural(n, one, many) { return n.toLocaleString('en') + ' ' + (n === 1 ? one : many || one + 's'); }
  function day(date, weekday) {
    if (date === 'undated') return 'Undated';
    const p = date.split('-').map(Number);
    const name = weekday ? DAYS[new Date(Date.UTC(p[0], p[1] - 1, p[2])).getUTCDay()] + ' ' : '';
    return name + p[2] + ' ' + MONTHS[p[1] - 1] + ' ' + p[0];
  }
  function level(confidence) { return confidence >= 0.8 ? 'high' : confidence >= 0.5 ? 'medium' : 'low'; }
  function km(value) { return (value >= 10 ? Math.round(value) : Math.round(value * 10) / 10) + ' km'; }
  function miles(value) { const m = value / 1.609344; return (m >= 10 ? Math.round(m) : Math.round(m * 10) / 10) + ' mi'; }
  function safeUrl(url) {
    if (!/^https?:\/\//i.test(url || '')) return null;
    try { const u = new URL(url); return u.protocol === 'http:' || u.protocol === 'https:' ? u.href : null; } catch (e) { return null; }
  }

  // ---- Symbols: one drawing routine for the map and for the legend ----

  function tracePath(ctx, shape, x, y, r) {
    ctx.beginPath();
    if (shape === 'square') ctx.rect(x - r * 0.86, y - r * 0.86, r * 1.72, r * 1.72);
    else if (shape === 'diamond') { ctx.moveTo(x, y - r * 1.2); ctx.lineTo(x + r * 1.2, y); ctx.lineTo(x, y + r * 1.2); ctx.lineTo(x - r * 1.2, y); ctx.closePath(); }
    else if (shape === 'triangle') { ctx.moveTo(x, y - r * 1.1); ctx.lineTo(x + r * 1.05, y + r * 0.8); ctx.lineTo(x - r * 1.05, y + r * 0.8); ctx.closePath(); }
    else ctx.arc(x, y, r, 0, 2 * Math.PI);
  }
  function drawGlyph(ctx, x, y, o) {
    const r = o.radius, tier = level(o.confidence), hollow = o.hollow || o.negated || tier === 'low';
    ctx.save();
    ctx.lineJoin = 'round';
    ctx.setLineDash([]);
    ctx.globalAlpha = 1;
    if (o.picked) { tracePath(ctx, o.shape, x, y, r + 5); ctx.globalAlpha = 0.28; ctx.fillStyle = o.colour; ctx.fill(); ctx.globalAlpha = 1; }
    // A white halo parts the symbol from what lies under it.
    tracePath(ctx, o.shape, x, y, r); ctx.lineWidth = hollow ? 4.5 : 3; ctx.strokeStyle = 'rgba(255,255,255,.95)'; ctx.stroke();
    ctx.fillStyle = '#fff'; ctx.globalAlpha = hollow ? 0.88 : 1; ctx.fill(); ctx.globalAlpha = 1;
    if (!hollow) { ctx.fillStyle = o.colour; ctx.globalAlpha = tier === 'high' ? 1 : 0.42; ctx.fill(); ctx.globalAlpha = 1; }
    if (hollow || tier !== 'high') {
      ctx.lineWidth = 1.9; ctx.strokeStyle = o.colour;
      if (tier === 'low') ctx.setLineDash([3, 2.2]);
      ctx.stroke(); ctx.setLineDash([]);
    }
    if (o.negated) { ctx.beginPath(); ctx.moveTo(x - r * 0.6, y + r * 0.6); ctx.lineTo(x + r * 0.6, y - r * 0.6); ctx.lineWidth = 1.9; ctx.strokeStyle = o.colour; ctx.stroke(); }
    else if (o.count > 1 && r >= 7) {
      ctx.fillStyle = !hollow && tier === 'high' ? '#fff' : '#14181c';
      ctx.font = '600 ' + Math.max(9.5, Math.min(12, r * 1.05)) + 'px ' + FONT;
      ctx.textAlign = 'center'; ctx.textBaseline = 'middle';
      ctx.fillText(o.count > 999 ? '999+' : String(o.count), x, y + 0.5 + (o.shape === 'triangle' ? r * 0.12 : 0));
    }
    ctx.restore();
  }
  const Glyph = L.CircleMarker.extend({
    options: { shape: 'circle', colour: '#333', confidence: 1, count: 1, dx: 0, dy: 0 },
    _project: function () {
      this._point = this._map.latLngToLayerPoint(this._latlng).add([this.options.dx, this.options.dy]);
      this._updateBounds();
    },
    _updateBounds: function () {
      const r = this._radius + 9;
      this._pxBounds = L.bounds(this._point.subtract([r, r]), this._point.add([r, r]));
    },
    _updatePath: function () {
      const renderer = this._renderer;
      if (this.muted || !renderer._drawing || !renderer._bounds.intersects(this._pxBounds)) return;
      drawGlyph(renderer._ctx, this._point.x, this._point.y, Object.assign({}, this.options, { radius: this._radius, picked: state.picked === this }));
    },
    _containsPoint: function (p) { return !this.muted && p.distanceTo(this._point) <= this._radius + 3; }
  });

  // ---- Names of towns and places, drawn so that they do not cover each other ----

  const Labels = L.Canvas.extend({
    initialize: function (basemap, options) { L.Canvas.prototype.initialize.call(this, options); this.basemap = basemap; },
    _initContainer: function () { L.Canvas.prototype._initContainer.call(this); this._container.classList.add('gm-labels'); },
    _draw: function () { if (this._bounds) this.draw(); },
    redraw: function () { if (this._map && !this._map._animatingZoom) { this._redrawBounds = null; this._redraw(); } },
    draw: function () {
      const map = this._map, ctx = this._ctx, zoom = map.getZoom(), cells = {}, bounds = map.getBounds().pad(0.05);
      const point = function (lat, lon) { return map.latLngToLayerPoint([lat, lon]); };
      const each = function (b, f) {
        for (let i = Math.floor(b[0] / 64); i <= Math.floor(b[2] / 64); i++) for (let j = Math.floor(b[1] / 64); j <= Math.floor(b[3] / 64); j++) if (f(i + ',' + j)) return true;
        return false;
      };
      const free = function (b) {
        return !each(b, function (c) { return (cells[c] || []).some(function (o) { return b[0] < o[2] && b[2] > o[0] && b[1] < o[3] && b[3] > o[1]; }); });
      };
      const take = function (b) { each(b, function (c) { (cells[c] = cells[c] || []).push(b); return false; }); };
      const write = function (text, x, y, style) {
        ctx.font = style.font; ctx.textBaseline = 'middle'; ctx.textAlign = 'left'; ctx.lineJoin = 'round';
        if ('letterSpacing' in ctx) ctx.letterSpacing = style.spacing || '0px';
        ctx.lineWidth = style.halo || 3; ctx.strokeStyle = 'rgba(250,250,248,.9)'; ctx.fillStyle = style.colour;
        ctx.strokeText(text, x, y); ctx.fillText(text, x, y);
      };
      const place = function (text, p, gap, style, centred) {
        ctx.font = style.font;
        if ('letterSpacing' in ctx) ctx.letterSpacing = style.spacing || '0px';
        const w = ctx.measureText(text).width, t = style.size * 0.62, o = gap + 4;
        const at = centred ? [[-w / 2, 0]] : [[o, 0], [-o - w, 0], [-w / 2, -o - t], [-w / 2, o + t], [o * 0.7, -o * 0.7 - t / 2], [o * 0.7, o * 0.7 + t / 2]];
        for (let i = 0; i < at.length; i++) {
          const x = p.x + at[i][0], y = p.y + at[i][1], b = [x - 2, y - t, x + w + 2, y + t];
          if (free(b)) { take(b); write(text, x, y, style); return true; }
        }
        return false;
      };
      const shown = visibleMarks().filter(function (m) { return m.glyph && !m.glyph.muted && bounds.contains(m.glyph.getLatLng()); });
      shown.forEach(function (m) {
        const p = point(m.lat, m.lon).add([m.glyph.options.dx, m.glyph.options.dy]), r = m.glyph.getRadius() + 1;
        take([p.x - r, p.y - r, p.x + r, p.y + r]);
      });
      const named = shown.filter(function (m) { return m.kind !== 'claims'; }).sort(function (a, b) { return b.total - a.total || (a.name < b.name ? -1 : 1); });
      named.slice(0, 250).forEach(function (m) {
        const strong = m.kind === 'places' && !m.coarse;
        place(m.name.slice(0, 40), point(m.lat, m.lon), m.glyph.getRadius(), { font: (strong ? '600 12.5px ' : '500 12px ') + FONT, size: 13, colour: strong ? '#15191d' : '#3d4650', halo: 3.5 });
      });
      if (state.tilesOn) return;
      if (zoom < 7) this.basemap.countries.forEach(function (f) {
        const c = f.geometry.coordinates;
        if (f.properties.role !== 'label' || !bounds.contains([c[1], c[0]]) || f.properties.area < 4 * Math.pow(2, 4 - zoom)) return;
        place(f.properties.name.toUpperCase(), point(c[1], c[0]), 0, { font: '600 11.5px ' + FONT, size: 12, colour: '#7d858d', spacing: '1.6px' }, true);
      });
      if (zoom >= 6 && zoom < 10) this.basemap.admin1.forEach(function (f) {
        const c = f.geometry.coordinates;
        if (f.properties.role !== 'label' || !bounds.contains([c[1], c[0]]) || f.properties.area * Math.pow(4, zoom) < 6000) return;
        place(f.properties.name.toUpperCase(), point(c[1], c[0]), 0, { font: '500 10.5px ' + FONT, size: 11, colour: '#878f97', spacing: '1.1px' }, true);
      });
      const least = zoom < 5 ? 1500000 : zoom < 6 ? 600000 : zoom < 7 ? 200000 : zoom < 8 ? 70000 : zoom < 9 ? 18000 : zoom < 10 ? 4000 : 0;
      let left = 220;
      this.basemap.towns.some(function (t) {
        if (t[3] < least || left <= 0) return true;
        if (!bounds.contains([t[1], t[2]])) return false;
        const p = point(t[1], t[2]), big = t[3] >= 200000;
        if (!free([p.x - 2, p.y - 2, p.x + 2, p.y + 2])) return false;
        if (place(t[0], p, 3, { font: (big ? '500 12px ' : '400 11px ') + FONT, size: big ? 12 : 11, colour: big ? '#545c64' : '#727a82' })) {
          left--;
          take([p.x - 2, p.y - 2, p.x + 2, p.y + 2]);
          ctx.beginPath(); ctx.arc(p.x, p.y, big ? 2.2 : 1.7, 0, 2 * Math.PI); ctx.fillStyle = '#fff'; ctx.fill(); ctx.lineWidth = 1; ctx.strokeStyle = '#757d85'; ctx.stroke();
        }
        return false;
      });
    }
  });

  function drawBasemap(map, basemap) {
    const pane = map.createPane('gm-base');
    pane.style.zIndex = 150;
    pane.style.pointerEvents = 'none';
    const renderer = L.canvas({ pane: 'gm-base', padding: 0.4 });
    const looks = {
      land: { stroke: true, color: '#f6f5f1', weight: 0.6, fill: true, fillColor: '#f6f5f1', fillOpacity: 1 },
      coast: { color: '#b3bfc7', weight: 0.9, fill: false }, border: { color: '#8d969e', weight: 1.3, fill: false }
    };
    const layer = function (features, own) {
      return L.geoJSON(features.filter(function (f) { return f.properties.role !== 'label'; }), {
        pane: 'gm-base', renderer: renderer, interactive: false,
        style: function (f) { return Object.assign({ interactive: false, smoothFactor: f.properties.coarse ? 1.2 : 0.6 }, own || looks[f.properties.role]); }
      }).addTo(map);
    };
    layer(basemap.countries.filter(function (f) { return f.properties.role === 'land'; }));
    const inner = layer(basemap.admin1, { color: '#c3c8cb', weight: 1, fill: false });
    map.on('zoomend', function () { if (map.getZoom() < 5) inner.remove(); else if (!map.hasLayer(inner)) inner.addTo(map).bringToFront(); });
    layer(basemap.countries.filter(function (f) { return f.properties.role !== 'land'; }));
    const names = map.createPane('gm-names');
    names.style.zIndex = 450;
    names.style.pointerEvents = 'none';
    state.labels = new Labels(basemap, { pane: 'gm-names', padding: 0.1 }).addTo(map);
  }

  // ---- From features to marks: what shares a place, a date and a kind is one mark ----

  function kindOf(f) {
    if (f.layer === 'hint') return 'regions';
    if (f.layer === 'claim') return 'claims';
    return f.kind === 'associative' ? 'government' : f.kind === 'demonym' ? 'demonym' : 'places';
  }
  function keyOf(f, kind) {
    const g = f.geometry;
    if (g.type !== 'Point') return kind + '|' + f.relation + '|' + JSON.stringify(g.coordinates);
    const where = g.coordinates[0].toFixed(3) + ',' + g.coordinates[1].toFixed(3);
    return kind + '|' + where + '|' + (kind === 'claims' ? f.actor || '' : (f.precision === 'country' || f.precision === 'admin1') + '|' + (f.name || ''));
  }
  function partyColour(actor) { return Object.prototype.hasOwnProperty.call(state.parties, actor) ? state.parties[actor] : INK.other; }
  function buildMarks(data) {
    const found = {};
    data.features.forEach(function (f) {
      f.about = data.articles[f.article];
      f.words = f.sentence === undefined ? '' : data.sentences[f.sentence];
      f.group = kindOf(f);
      if (!f.geometry) return;
      const key = f.date + '|' + keyOf(f, f.group);
      if (!found[key]) {
        found[key] = { date: f.date, kind: f.group, place: keyOf(f, f.group), features: [], layers: [], glyph: null, shape: null };
        state.marks.push(found[key]);
      }
      found[key].features.push(f);
    });
    const claimsAt = {};
    state.marks.forEach(function (m) {
      const first = m.features[0], g = first.geometry;
      m.confidence = Math.max.apply(null, m.features.slice(0, 5000).map(function (f) { return f.confidence === undefined ? 0.5 : f.confidence; }));
      m.total = m.features.length;
      m.name = m.kind === 'claims' ? (first.name || 'a place') : m.kind === 'regions' ? (first.text || first.name || 'A hinted region') : first.name || first.text || 'Unnamed';
      m.coarse = ['country', 'admin1', 'raion', 'hromada', 'estimated', 'hint'].indexOf(first.precision) >= 0;
      if (g.type === 'Point') {
        m.lat = g.coordinates[1]; m.lon = g.coordinates[0];
        const o = { colour: INK[m.kind], confidence: m.confidence, count: m.total, shape: 'circle', hollow: false };
        if (m.kind === 'claims') {
          const slot = m.date + m.lat.toFixed(3) + m.lon.toFixed(3), n = claimsAt[slot] = (claimsAt[slot] || 0) + 1;
          o.shape = 'square'; o.colour = partyColour(first.actor);
          o.negated = m.features.every(function (f) { return f.negated; });
          o.dx = 3 + 13 * n; o.dy = -13;
        } else if (m.kind !== 'places') o.shape = 'triangle';
        else if (m.coarse) { o.shape = first.precision === 'estimated' || first.precision === 'hint' ? 'circle' : 'diamond'; o.hollow = true; }
        if (m.coarse && first.radius_km > 0 && first.radius_km <= 60 && m.kind === 'places') {
          m.shape = L.circle([m.lat, m.lon], { radius: first.radius_km * 1000, interactive: false, color: o.colour, weight: 1, opacity: 0.35, dashArray: '2 5', fillColor: o.colour, fillOpacity: 0.07 });
          m.layers.push(m.shape);
        }
        m.glyph = new Glyph([m.lat, m.lon], o);
        m.layers.push(m.glyph);
      } else {
        m.shape = L.polygon(L.GeoJSON.coordsToLatLngs(g.coordinates, g.type === 'Polygon' ? 1 : 2), {
          color: INK.regions, smoothFactor: 0.7, weight: 1.6, opacity: 0.55 + 0.4 * m.confidence, dashArray: '6 5', fillOpacity: 0.05 + 0.2 * m.confidence
        });
        m.layers.push(m.shape);
      }
      if (!m.glyph) { const c = boundsOf(m).getCenter(); m.lat = c.lat; m.lon = c.lng; }
      m.layers.forEach(function (l) { l.geomapMark = m; l.featureIds = m.features.map(function (f) { return f.id; }); });
    });
    // Large areas first, symbols last: what is added later lies on top.
    const rank = function (m) { return m.glyph ? 1 : 0; };
    const size = function (m) { const b = m.glyph ? null : boundsOf(m); return b ? (b.getEast() - b.getWest()) * (b.getNorth() - b.getSouth()) : 0; };
    state.marks.forEach(function (m) { m.size = size(m); });
    state.marks.sort(function (a, b) { return rank(a) - rank(b) || b.size - a.size; });
  }
  function boundsOf(m) { return m.shape && m.shape.getLatLngs ? m.shape.getBounds() : L.latLngBounds([[m.lat, m.lon]]); }
  function visibleMarks() {
    return state.marks.filter(function (m) { return state.kinds[m.kind] && (state.selected === 'all' || state.selected === m.date); });
  }

  // ---- Popup ----

  function fact(list, name, value) { if (value !== null && value !== undefined && value !== '') add(list, [h('dt', {}, name), h('dd', {}, value)]); }
  function sentence(f) {
    if (!f.words) return null;
    const p = h('p', { class: 'gm-sentence', dir: 'auto' });
    if (!f.mark) { add(p, f.words); return p; }
    const chars = Array.from(f.words);
    add(p, [chars.slice(0, f.mark[0]).join(''), h('mark', {}, chars.slice(f.mark[0], f.mark[1]).join('')), chars.slice(f.mark[1]).join('')]);
    return p;
  }
  function claimWords(f) {
    const a = Object.prototype.hasOwnProperty.call(ACTIONS, f.action) ? ACTIONS[f.action] : [f.action || 'acted', null, 'at'];
    const does = a[1] || '"' + a[0] + '"';
    let verb = f.modality === 'failed' ? 'failed to ' + does : f.modality === 'planned' ? 'plans to ' + does
      : f.negated ? 'did not ' + (a[1] ? a[1] : does) : a[0];
    if (f.modality === 'planned' && f.negated) verb = 'does not plan to ' + does;
    let where = '';
    if (f.name) {
      const part = f.part && WINDS[f.part] ? 'the ' + WINDS[f.part] + ' of ' : '';
      const side = f.direction && WINDS[f.direction] ? WINDS[f.direction] + 'ern ' : '';
      const before = f.relation === 'outskirts' ? 'on the ' + side + 'outskirts of' : f.relation === 'bank' ? 'on the ' + side + 'bank of'
        : ['near', 'in_or_near', 'opposite', 'border'].indexOf(f.relation) >= 0 ? RELATION[f.relation]
        : f.relation === 'direction' && f.direction && WINDS[f.direction] ? WINDS[f.direction] + ' of' : a[2];
      where = ' ' + (before ? before + ' ' : '') + part;
    }
    const tail = f.modality === 'denied' ? ' (denied)' : f.modality === 'confirmed' ? ' (confirmed)' : f.modality === 'claimed' && !f.attribution ? ' (claimed)' : '';
    return h('p', { class: 'gm-claim' }, h('span', { class: 'gm-swatch' }), h('strong', {}, bdi(f.actor || 'Someone')), ' ' + verb + where, f.name ? bdi(f.name) : null, tail,
      f.attribution ? [' \u2013 said by ', bdi(f.attribution)] : null);
  }
  function hintWords(f) {
    const bits = [];
    if (f.distance_km !== undefined) bits.push(km(f.distance_km) + ' (' + miles(f.distance_km) + ')');
    if (f.direction) bits.push(WINDS[f.direction] || f.direction);
    return bits.join(', ');
  }
  function precisionWords(f) {
    if (f.layer !== 'mention' || !f.precision) return null;
    const near = f.radius_km ? ', within about ' + km(f.radius_km) + ' (' + miles(f.radius_km) + ')' : '';
    return h('p', { class: 'gm-where gm-precision' }, 'Known as ' + (PRECISION[f.precision] || f.precision) + near);
  }
  function confidenceWords(c) { return c === undefined ? null : level(c) + ' confidence, ' + Number(c).toFixed(2); }
  function card(f) {
    const about = f.about, url = safeUrl(about.url), low = level(f.confidence === undefined ? 0.5 : f.confidence);
    const node = h('li', { class: 'gm-card' });
    if (f.group === 'claims') {
      add(node, claimWords(f));
      node.querySelector('.gm-swatch').style.backgroundColor = partyColour(f.actor);
    }
    add(node, sentence(f));
    const title = about.title || about.id;
    add(node, h('p', { class: 'gm-source' },
      url ? h('a', { href: url, rel: 'noopener noreferrer', target: '_blank' }, bdi(title)) : bdi(title),
      about.source ? [' \u00b7 ', bdi(about.source)] : null, ' \u00b7 ', h('span', { class: 'gm-nowrap' }, f.date === 'undated' ? 'undated report' : day(f.date))));
    if (f.confidence !== undefined) add(node, h('p', { class: 'gm-conf gm-' + low }, h('span', { class: 'gm-meter', 'aria-hidden': 'true' }, h('i')), confidenceWords(f.confidence),
      f.status === 'hinted' ? ' \u00b7 placed by a hint in the text' : null));
    const bar = node.querySelector('.gm-meter i');
    if (bar) bar.style.width = Math.round(100 * Math.max(0, Math.min(1, f.confidence))) + '%';
    const list = h('dl', { class: 'gm-facts' });
    fact(list, 'Happened', f.event_date ? day(f.event_date, true) : null);
    if (f.layer === 'hint') {
      fact(list, 'Relation', RELATION[f.relation] || f.relation);
      fact(list, 'Distance, direction', hintWords(f));
      fact(list, 'Measured from', f.anchors && f.anchors.length ? bdi(f.anchors.join('; ')) : null);
      fact(list, 'Locates', f.locates ? bdi(f.locates) : null);
    } else if (f.layer === 'mention') {
      fact(list, 'Written as', f.text && f.text !== f.name ? bdi(f.text) : null);
      if (f.kind === 'associative') fact(list, 'Meant as', 'a government or body, not the ground');
    }
    if (!url && about.url) fact(list, 'Address as given', bdi(about.url));
    if (list.firstChild) add(node, list);
    const why = f.reasons || [], runners = f.runners_up || [];
    if (why.length || runners.length) {
      add(node, h('details', { class: 'gm-why' }, h('summary', {}, f.layer === 'mention' ? 'Why this place' : 'Why'),
        why.length ? h('ul', {}, why.map(function (r) { return h('li', {}, bdi(r)); })) : null,
        runners.length ? [h('p', { class: 'gm-sub' }, 'It could also be'), h('ul', {}, runners.map(function (r) {
          return h('li', {}, bdi([r.name, r.admin1, r.country].filter(Boolean).join(', ')), r.score === undefined ? null : ' (' + Number(r.score).toFixed(2) + ')');
        }))] : null));
    }
    return node;
  }
  function popupContent(m) {
    const together = stackOf(m), features = [];
    together.forEach(function (o) { o.features.forEach(function (f) { features.push(f); }); });
    const rank = function (f) { return f.date === 'undated' ? '' : f.date; };
    features.sort(function (a, b) { return rank(a) < rank(b) ? 1 : rank(a) > rank(b) ? -1 : 0; });
    const f = features[0], where = m.kind === 'regions' ? '' : [f.admin1, f.country].filter(function (x) { return x && x !== m.name; }).join(', ');
    const list = h('ul', { class: 'gm-cards' });
    let shown = 0;
    const more = h('button', { type: 'button', class: 'gm-more', on: { click: function () { page(); } } });
    function page() {
      features.slice(shown, shown + 25).forEach(function (x) { add(list, card(x)); });
      shown += 25;
      more.hidden = shown >= features.length;
      clear(more); add(more, 'Show ' + (features.length - shown) + ' more');
    }
    page();
    const kind = { places: 'Place', regions: 'Hinted region', claims: 'Claims', government: 'Government or body', demonym: 'People' }[m.kind];
    return h('div', { class: 'gm-popup' },
      h('p', { class: 'gm-kicker' }, kind + (features.length > 1 ? ' \u00b7 ' + plural(features.length, m.kind === 'claims' ? 'claim' : 'mention') : '')),
      h('h2', {}, bdi(m.name)), where ? h('p', { class: 'gm-where' }, bdi(where)) : null, precisionWords(f),
      h('div', { class: 'gm-scroll', tabindex: '0', role: 'group', 'aria-label': 'Sentences' }, list, more));
  }
  function stackOf(m) { return visibleMarks().filter(function (o) { return o.place === m.place; }); }
  function popup(at, content, offset) {
    const map = state.map, size = map.getSize(), phone = window.innerWidth <= 720;
    map.closePopup();
    untip();
    state.popup = L.popup({
      maxWidth: Math.min(360, size.x - 30), minWidth: Math.min(300, size.x - 30), offset: offset || [0, 2],
      autoPanPaddingTopLeft: phone ? [12, 12] : [54, 16], autoPanPaddingBottomRight: phone ? [12, 100] : [panelWidth() + 16, 24], className: 'gm-leaflet-popup'
    }).setLatLng(at).setContent(content).openOn(map);
  }
  function open(m, at) {
    const o = m.glyph ? m.glyph.options : { dx: 0, dy: 0 };
    state.map.closePopup();
    state.picked = m.glyph;
    popup(at || [m.lat, m.lon], popupContent(m), [o.dx, o.dy + (m.glyph ? 2 - m.glyph.getRadius() : 0)]);
    if (m.glyph) m.glyph.redraw();
  }
  function tip(at, content, offset) {
    state.tooltip.options.offset = L.point(offset || [0, -6]);
    state.tooltip.setLatLng(at).setContent(content).addTo(state.map);
  }
  function untip() { if (state.tooltip) state.map.removeLayer(state.tooltip); }
  function panelWidth() { return document.body.classList.contains('gm-closed') || window.innerWidth <= 720 ? 0 : $('gm-panel').offsetWidth + 12; }

  // ---- The panel ----

  function countsOf(date) {
    const reports = {}, places = {};
    let drawn = 0;
    state.data.features.forEach(function (f) {
      if (date !== 'all' && f.date !== date) return;
      reports[f.about.id] = true;
      if (f.geometry) drawn++;
      if (f.geometry && f.group === 'places') places[keyOf(f, 'places')] = true;
    });
    return { reports: Object.keys(reports).length, places: Object.keys(places).length, drawn: drawn };
  }
  function buildDates() {
    const box = $('gm-dates'), most = { n: 1 };
    const row = function (date, text, counts) {
      const id = 'gm-date-' + date;
      const bar = h('i', { class: 'gm-bar', 'aria-hidden': 'true' });
      bar.style.width = date === 'all' ? '0' : Math.max(2, 88 * counts.drawn / most.n) + '%';
      const label = h('label', { class: 'gm-choice', for: id }, h('input', { type: 'radio', name: 'gm-date', id: id, value: date, on: { change: function () { select(date); } } }),
        h('span', { class: 'gm-text' }, text), h('span', { class: 'gm-count', title: plural(counts.reports, 'report') + ', ' + plural(counts.places, 'place') },
          plural(counts.reports, 'report')), bar);
      return label;
    };
    const counts = state.data.dates.map(countsOf);
    counts.forEach(function (c) { most.n = Math.max(most.n, c.drawn); });
    add(box, row('all', 'All dates', countsOf('all')));
    state.data.dates.forEach(function (d, i) { add(box, row(d, day(d, true), counts[i])); });
  }
  function buildKinds() {
    const box = $('gm-kinds');
    // Regions of many hints would lie over the line: where there is one they wait to be asked for.
    const busy = front.count('contact') > 0;
    KINDS.concat(front.kinds).forEach(function (k) {
      const on = k.on && !(busy && k.key === 'regions');
      state.kinds[k.key] = on;
      const n = state.data.features.filter(function (f) { return f.geometry && f.group === k.key; }).length || front.count(k.key);
      if (!n && KINDS.indexOf(k) < 0 && k.key !== 'contact' || !n && k.key === 'demonym') return;
      add(box, h('label', { class: 'gm-choice' + (n ? '' : ' gm-none') }, h('input', { type: 'checkbox', id: 'gm-kind-' + k.key, checked: on, disabled: !n, on: { change: function (e) { show(k.key, e.target.checked); } } }),
        h('span', { class: 'gm-text' }, k.label), h('span', { class: 'gm-count', id: 'gm-count-' + k.key }, n.toLocaleString('en'))));
    });
    const tiles = state.data.tiles;
    if (tiles) add(box, h('label', { class: 'gm-choice' }, h('input', { type: 'checkbox', id: 'gm-tiles', on: { change: function (e) { useTiles(e.target.checked); } } }),
      h('span', { class: 'gm-text' }, bdi(tiles.name)), h('span', { class: 'gm-count' }, 'needs network')));
  }
  function useTiles(on) {
    const tiles = state.data.tiles;
    if (on && !state.tiles) state.tiles = L.tileLayer(tiles.url, { maxZoom: 19, attribution: '' });
    if (on) state.tiles.addTo(state.map); else if (state.tiles) state.tiles.remove();
    state.tilesOn = on;
    credit();
    state.labels.redraw();
  }
  function credit() {
    const box = clear($('gm-attribution'));
    add(box, ['Leaflet | ', bdi(state.data.attribution), state.tilesOn ? [' ', bdi(state.data.tiles.attribution)] : null]);
  }
  function symbol(paint) {
    const c = h('canvas', { width: '64', height: '44', 'aria-hidden': 'true' }), ctx = c.getContext('2d');
    ctx.scale(2, 2); paint(ctx);
    return c;
  }
  function buildLegend() {
    const box = $('gm-legend-rows'), rows = h('ul', { class: 'gm-legend' });
    const glyph = function (o) { return symbol(function (ctx) { drawGlyph(ctx, 16, 11, Object.assign({ radius: 6.5, colour: INK.places, shape: 'circle', confidence: 1, count: 1 }, o)); }); };
    const row = function (mark, text) { add(rows, h('li', {}, mark, h('span', {}, text))); };
    row(glyph({}), 'Place, high confidence (0.8 and up)');
    row(glyph({ confidence: 0.6 }), 'medium confidence (0.5 to 0.8)');
    row(glyph({ confidence: 0.2 }), 'low confidence (under 0.5)');
    row(glyph({ radius: 9, count: 4 }), 'several mentions of one place');
    row(symbol(function (ctx) {
      ctx.fillStyle = INK.places; ctx.globalAlpha = 0.12; ctx.beginPath(); ctx.arc(16, 11, 10, 0, 7); ctx.fill(); ctx.globalAlpha = 0.5; ctx.setLineDash([2, 3]); ctx.strokeStyle = INK.places; ctx.stroke(); ctx.globalAlpha = 1; ctx.setLineDash([]);
      drawGlyph(ctx, 16, 11, { radius: 4, colour: INK.places, shape: 'circle', hollow: true, confidence: 1, count: 1 });
    }), 'somewhere in this circle');
    row(glyph({ shape: 'diamond', hollow: true, radius: 6 }), 'a country or province, not a point');
    row(symbol(function (ctx) { ctx.fillStyle = INK.regions; ctx.strokeStyle = INK.regions; ctx.lineWidth = 1.5; ctx.setLineDash([4, 3]); ctx.beginPath(); ctx.ellipse(16, 11, 13, 8, 0, 0, 7); ctx.globalAlpha = 0.2; ctx.fill(); ctx.globalAlpha = 0.95; ctx.stroke(); }), 'region that a hint points to; fainter = less sure');
    const actors = {};
    state.data.features.forEach(function (f) { if (f.layer === 'claim' && f.actor) actors[f.actor] = true; });
    const names = Object.keys(actors).sort(), coloured = names.filter(function (n) { return partyColour(n) !== INK.other; });
    coloured.forEach(function (n) { row(glyph({ shape: 'square', colour: partyColour(n), radius: 6 }), [bdi(n), ': a claim about what it did']); });
    if (names.length > coloured.length || !names.length) row(glyph({ shape: 'square', colour: INK.other, radius: 6 }), 'a claim about another side');
    row(glyph({ shape: 'square', colour: INK.other, negated: true, radius: 6 }), 'said not to have happened');
    row(glyph({ shape: 'triangle', colour: INK.government, radius: 6 }), 'a government or body named by its seat');
    front.legend(row);
    add(box, rows);
    add(box, h('p', { class: 'gm-note' }, 'Layers are by the date of the report. Undated reports say no date of their own; they are kept apart, never given today\u2019s.'));
  }
  function buildRefused() {
    const missing = state.data.features.filter(function (f) { return !f.geometry; });
    const names = missing.filter(function (f) { return f.layer === 'mention'; }), others = missing.length - names.length;
    if (!missing.length) return;
    const bits = [];
    if (names.length) bits.push(plural(names.length, 'name') + ' not placed');
    if (others) bits.push(plural(others, names.length ? 'claim or hint' : 'claim or hint', 'claims or hints') + (names.length ? '' : ' not placed'));
    $('gm-refused').hidden = false;
    add($('gm-refused-title'), bits.join(', '));
    const fill = function () {
      const rows = $('gm-refused-rows');
      if (rows.firstChild) return;
      missing.slice(0, 300).forEach(function (f) {
        add(rows, h('li', { class: 'gm-refusal' }, h('strong', {}, bdi(f.layer === 'claim' ? [f.actor, f.action].filter(Boolean).join(' ') || 'Claim' : f.text || f.name || 'Unnamed')), h('span', { class: 'gm-thin' }, ' \u00b7 ', bdi(f.about.title || f.about.id)),
          f.reasons && f.reasons.length ? h('p', {}, bdi(f.reasons.join('; '))) : null));
      });
      if (missing.length > 300) add(rows, h('li', {}, 'and ' + (missing.length - 300) + ' more'));
    };
    $('gm-refused').addEventListener('toggle', fill);
  }
  function fillList() {
    const rows = clear($('gm-list-rows')), rank = { places: 0, claims: 1, regions: 2 };
    const shown = visibleMarks().filter(function (m) { return !m.glyph || !m.glyph.muted; }).sort(function (a, b) {
      return (rank[a.kind] === undefined ? 4 : rank[a.kind]) - (rank[b.kind] === undefined ? 4 : rank[b.kind]) || b.total - a.total || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
    });
    const lines = front.rows();
    add(clear($('gm-list-count')), (shown.length + lines.length).toLocaleString('en'));
    if (!$('gm-list').open) return;
    shown.slice(0, 150).forEach(function (m) {
      const words = { places: m.coarse ? 'area' : 'place', claims: 'claim by ' + (m.features[0].actor || 'someone'), regions: 'region', government: 'government', demonym: 'people' }[m.kind];
      add(rows, h('li', {}, h('button', { type: 'button', class: 'gm-row', on: { click: function () { visit(m); } } }, bdi(m.name), h('span', { class: 'gm-count' }, words + (m.total > 1 ? ' \u00d7 ' + m.total : '')))));
    });
    if (shown.length > 150) add(rows, h('li', { class: 'gm-note' }, 'and ' + (shown.length - 150) + ' more'));
    lines.slice(0, 50).forEach(function (l) {
      add(rows, h('li', {}, h('button', { type: 'button', class: 'gm-row', on: { click: function () { visit(l, l.open); } } }, l.name, h('span', { class: 'gm-count' }, l.words))));
    });
  }
  function visit(m, show) {
    if (window.innerWidth <= 720) toggle(true);
    if (!state.map.getBounds().contains([m.lat, m.lon])) state.map.setView([m.lat, m.lon], Math.min(state.map.getZoom(), m.coarse ? 5 : 8), { animate: false });
    if (show) show(); else open(m);
    const scroll = document.querySelector('.gm-scroll');
    if (scroll) scroll.focus({ preventScroll: true });
  }

  // ---- What is shown ----

  /** Marks of one place on several visible dates stand on each other: the newest shows for all. */
  function restack() {
    const top = {};
    const later = function (a, b) { return (a.date === 'undated' ? '' : a.date) > (b.date === 'undated' ? '' : b.date); };
    const shown = visibleMarks();
    shown.forEach(function (m) {
      const s = top[m.place] = top[m.place] || { mark: m, total: 0, confidence: 0 };
      if (later(m, s.mark)) s.mark = m;
      s.total += m.features.length; s.confidence = Math.max(s.confidence, m.confidence);
    });
    shown.forEach(function (m) {
      const s = top[m.place];
      m.total = s.total;
      if (!m.glyph) return;
      m.glyph.muted = s.mark !== m;
      m.glyph.options.count = s.total; m.glyph.options.confidence = s.confidence;
      m.glyph.options.radius = m.glyph._radius = (m.kind === 'claims' ? 6 : m.glyph.options.shape === 'diamond' ? 6 : 6.2) + (s.total > 1 ? 1.6 + 1.5 * Math.min(4, Math.log2(s.total)) : 0);
    });
  }
  /** Say whether the circle round a mark is to be drawn: one for all marks that are somewhere in it. */
  function circleOnce(m, drawn) {
    // That of a place that a hint has put there tells what the hint's region tells: they go together.
    if (m.features[0].precision === 'hint' && !state.kinds.regions) return false;
    const key = m.lat.toFixed(2) + ',' + m.lon.toFixed(2) + ',' + Math.round(m.features[0].radius_km);
    const first = !drawn[key];
    drawn[key] = true;
    return first;
  }
  function refresh() {
    const circles = {};
    restack();
    state.data.dates.forEach(function (d) {
      const group = state.layersByDate[d], on = state.selected === 'all' || state.selected === d;
      if (!on && state.map.hasLayer(group)) state.map.removeLayer(group);
      state.byDate[d].forEach(function (m) {
        const wanted = state.kinds[m.kind], circle = m.glyph ? m.shape : null;
        m.layers.forEach(function (l) {
          const want = wanted && (l !== circle || on && circleOnce(m, circles));
          if (want !== group.hasLayer(l)) group[want ? 'addLayer' : 'removeLayer'](l);
        });
      });
      if (on && !state.map.hasLayer(group)) state.map.addLayer(group);
    });
    // Areas below, the line of contact above them, symbols on top.
    const shown = visibleMarks();
    front.refresh(state.selected, state.kinds);
    shown.forEach(function (m) { if (m.shape) m.shape.bringToFront(); });
    front.bringToFront();
    shown.forEach(function (m) { if (m.glyph) m.glyph.bringToFront(); });
    const box = clear($('gm-now')), c = countsOf(state.selected);
    add(box, [h('strong', {}, state.selected === 'all' ? 'All dates' : day(state.selected, true)), h('span', {}, plural(c.reports, 'report') + ', ' + plural(c.places, 'place'))]);
    const i = state.order.indexOf(state.selected);
    $('gm-prev').disabled = i <= 0;
    $('gm-next').disabled = i >= state.order.length - 1;
    const radio = $('gm-date-' + state.selected);
    if (radio && !radio.checked) radio.checked = true;
    fillList();
    state.labels.redraw();
  }
  /** Show one date ("2023-03-14", "undated") or "all"; false when there is no such layer. */
  function select(date) {
    if (state.order.indexOf(date) < 0) return false;
    state.map.closePopup();
    state.selected = date;
    refresh();
    return true;
  }
  function show(kind, on) {
    state.map.closePopup();
    state.kinds[kind] = on;
    if ($('gm-kind-' + kind)) $('gm-kind-' + kind).checked = on;
    refresh();
  }
  function step(by) {
    const i = state.order.indexOf(state.selected) + by;
    if (i < 0 || i >= state.order.length) return;
    select(state.order[i]);
    const radio = $('gm-date-' + state.selected), box = $('gm-dates');
    const row = radio.closest('label');
    box.scrollTop = Math.max(0, row.offsetTop - box.offsetTop - box.clientHeight / 2);
    if (document.activeElement && document.activeElement.name === 'gm-date') radio.focus();
  }
  function toggle(closed) {
    document.body.classList.toggle('gm-closed', closed);
    $('gm-toggle').setAttribute('aria-expanded', String(!document.body.classList.contains('gm-closed')));
  }
  function fit() {
    state.map.fitBounds(state.data.view, { paddingTopLeft: [50, 30], paddingBottomRight: [panelWidth() + 24, window.innerWidth <= 720 ? 110 : 40], maxZoom: 10, animate: false });
  }
  function span(dates) {
    const d = dates.filter(function (x) { return x !== 'undated'; });
    if (!d.length) return dates.length ? 'undated' : 'no reports';
    return d.length === 1 ? day(d[0]) : day(d[0]) + ' \u2013 ' + day(d[d.length - 1]);
  }

  function listen(map) {
    const found = function (e) { return (e.propagatedFrom || e.layer || {}).geomapMark; };
    state.tooltip = L.tooltip({ direction: 'top', opacity: 1, className: 'gm-tip' });
    const tipOf = function (e) {
      const m = found(e);
      if (!m) return;
      const o = m.glyph ? m.glyph.options : null;
      tip(m.glyph ? [m.lat, m.lon] : e.latlng, h('span', {}, bdi(m.kind === 'claims' ? (m.features[0].actor || 'Claim') + ', ' + m.name : m.name), m.total > 1 ? ' \u00d7 ' + m.total : ''),
        o ? [o.dx, o.dy - m.glyph.getRadius() - 2] : null);
    };
    Object.keys(state.layersByDate).forEach(function (d) {
      state.layersByDate[d].on('click', function (e) { const m = found(e); if (m) { open(m, m.glyph ? null : e.latlng); } });
      state.layersByDate[d].on('mouseover mousemove', tipOf);
      state.layersByDate[d].on('mouseout', untip);
    });
    map.on('popupopen', function () { document.body.classList.add('gm-reading'); });
    map.on('popupclose', function () {
      document.body.classList.remove('gm-reading');
      const g = state.picked; state.picked = null; if (g && g._map) g.redraw(); });
    $('gm-prev').addEventListener('click', function () { step(-1); });
    $('gm-next').addEventListener('click', function () { step(1); });
    $('gm-toggle').addEventListener('click', function () { toggle(); });
    $('gm-list').addEventListener('toggle', fillList);
    $('gm-panel').addEventListener('keydown', function (e) {
      if (e.altKey || e.ctrlKey || e.metaKey) return;
      const by = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
      if (by) { e.preventDefault(); step(by); }
    });
    document.addEventListener('keydown', function (e) { if (e.key === 'Escape') map.closePopup(); });
    window.addEventListener('beforeprint', function () { map.invalidateSize({ animate: false }); });
  }

  const front = window.geomapFront({
    h: h, add: add, bdi: bdi, clear: clear, day: day, plural: plural, safeUrl: safeUrl, Glyph: Glyph, drawGlyph: drawGlyph, symbol: symbol,
    popup: popup, tip: tip, untip: untip
  });
  window.geomap = {
    start: function (map, layersByDate) {
      const data = state.data = JSON.parse($('geomap_data').textContent), basemap = JSON.parse($('geomap_basemap').textContent);
      state.map = map; state.layersByDate = layersByDate; state.parties = data.parties;
      state.order = ['all'].concat(data.dates);
      map.zoomControl.setPosition('topleft');
      L.control.scale({ position: 'bottomleft', maxWidth: 120 }).addTo(map);
      if (window.innerWidth <= 720) toggle(true);
      map.setView(L.latLngBounds(data.view).getCenter(), 5);
      buildMarks(data);
      data.dates.forEach(function (d) { state.byDate[d] = state.marks.filter(function (m) { return m.date === d; }); });
      drawBasemap(map, basemap);
      front.start(map, data.front);
      buildDates(); buildKinds(); buildLegend(); buildRefused(); credit(); listen(map);
      const home = h('button', { type: 'button', class: 'gm-home', 'aria-label': 'Show the whole area', title: 'Show the whole area', on: { click: fit } }, h('span', { 'aria-hidden': 'true' }));
      map.zoomControl.getContainer().appendChild(home);
      L.DomEvent.disableClickPropagation(home);
      const c = countsOf('all');
      add($('gm-summary'), [h('span', {}, span(data.dates)), data.dates.length ? h('span', {}, plural(data.reports, 'report') + ', ' + plural(c.places, 'place')) : null]);
      $('gm-empty').hidden = state.marks.length > 0 || !!data.front;
      fit();
      refresh();
      Object.assign(window.geomap, { front: front, map: map, layersByDate: layersByDate, select: select, show: show, state: state, open: open });
    }
  };
}());

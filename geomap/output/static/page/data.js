/* geomap's page: the tables in the file, read into columns. */
(function (g) {
  'use strict';

  const kit = g.kit;
  const KINDS = g.KINDS = ['places', 'regions', 'claims', 'government', 'demonym'];

  /** Return the table of a block: JSON as it stands, or deflated. */
  async function table(id) {
    const block = kit.$(id), text = block ? block.textContent : 'null';
    if (!text.startsWith('deflated ')) return JSON.parse(text);
    if (typeof DecompressionStream !== 'function') throw new Error('This browser is too old for this map: please use one of 2023 or later.');
    const letters = atob(text.slice(9)), bytes = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
    return JSON.parse(await new Response(stream).text());
  }
  g.table = table;

  /** Turn the letters of a line into Web Mercator: x, y, x, y ... of a world 256 wide. */
  function line(text) {
    const found = new Float64Array(text.length);
    let n = 0, x = 0, y = 0, i = 0;
    const step = function () {
      let value = 0, shift = 0, b;
      do { b = text.charCodeAt(i++) - 63; value |= (b & 31) << shift; shift += 5; } while (b >= 32);
      return value & 1 ? ~(value >> 1) : value >> 1;
    };
    while (i < text.length) { x += step(); y += step(); found[n++] = g.worldX(x / 10000); found[n++] = g.worldY(y / 10000); }
    return found.subarray(0, n);
  }
  g.worldX = function (lon) { return (lon + 180) / 360 * 256; };
  g.worldY = function (lat) {
    const s = Math.sin(Math.max(-85.05, Math.min(85.05, lat)) * Math.PI / 180);
    return (0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)) * 256;
  };
  g.lonOf = function (x) { return x / 256 * 360 - 180; };
  g.latOf = function (y) { return Math.atan(Math.sinh(Math.PI * (1 - y / 128))) * 180 / Math.PI; };
  /** Return a geometry: its polygons (or lines), each a list of rings, with the box they fill. */
  g.shape = function (text) {
    const parts = text ? text.split(',').map(function (p) { return p.split(' ').map(line); }) : [];
    let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
    parts.forEach(function (rings) {
      for (let i = 0; i < rings[0].length; i += 2) {
        const x = rings[0][i], y = rings[0][i + 1];
        if (x < west) west = x; if (x > east) east = x; if (y < north) north = y; if (y > south) south = y;
      }
    });
    return { parts: parts, box: [west, north, east, south] };
  };

  function readArticles(a) {
    // Those after the first `read` were not among what was read: lines of contact name them as evidence.
    a.n = a.read;
    return a;
  }
  function readSpots(s) {
    const n = s.lat ? s.lat.length : 0;
    const spots = { n: n, x: new Float64Array(n), y: new Float64Array(n), lat: new Float64Array(n), lon: new Float64Array(n), kind: Uint8Array.from(s.kind || []) };
    for (let i = 0; i < n; i++) {
      spots.lat[i] = s.lat[i] / 1e5; spots.lon[i] = s.lon[i] / 1e5;
      spots.x[i] = g.worldX(spots.lon[i]); spots.y[i] = g.worldY(spots.lat[i]);
    }
    ['name', 'native', 'admin1', 'country', 'precision', 'radius_km', 'actor'].forEach(function (k) { spots[k] = s[k] || []; });
    return spots;
  }
  function readRegions(r) {
    const n = r.outline ? r.outline.length : 0, made = new Array(n);
    return {
      n: n, point: r.point || [], anchors: r.anchors || [], azimuth: r.azimuth_deg || [], measured: r.measured_km || [],
      /** Geometry is made when it is first looked at. */
      of: function (i) {
        if (!made[i]) {
          const outline = g.shape(r.outline[i]), core = r.core[i] ? g.shape(r.core[i]) : null, p = r.point[i], b = outline.box;
          made[i] = { outline: outline, core: core, x: p ? g.worldX(p[0]) : (b[0] + b[2]) / 2, y: p ? g.worldY(p[1]) : (b[1] + b[3]) / 2 };
        }
        return made[i];
      }
    };
  }
  /** Read what is needed to draw. */
  g.readData = function (table) {
    const f = table.features, n = f.article.length, articles = readArticles(table.articles);
    const data = g.data = {
      articles: articles, spots: readSpots(table.spots), regions: readRegions(table.regions), claims: table.claims, n: n,
      article: Int32Array.from(f.article), kind: Uint8Array.from(f.kind), spot: Int32Array.from(f.spot), region: Int32Array.from(f.region),
      claim: Int32Array.from(f.claim), confidence: Int16Array.from(f.confidence), texts: null
    };
    // Features are in the order of days, the undated last: a period is a stretch of them.
    data.day = new Int32Array(n);
    data.dated = n;
    for (let i = 0; i < n; i++) {
      const d = articles.day[data.article[i]];
      if (d === null) { data.dated = i; break; }
      data.day[i] = d;
    }
    // The features of an article stand together: where each article's begin and end.
    data.first = new Int32Array(articles.id.length).fill(-1);
    data.last = new Int32Array(articles.id.length).fill(-1);
    for (let i = 0; i < n; i++) { const a = data.article[i]; if (data.first[a] < 0) data.first[a] = i; data.last[a] = i + 1; }
    const names = Object.create(null), actions = Object.create(null); // a party may be called __proto__
    data.claims.forEach(function (c) { names[c[0]] = true; actions[c[1]] = true; });
    data.actors = Object.keys(names).sort();
    data.actions = Object.keys(actions).sort();
    const number = function (list) { const m = new Map(); list.forEach(function (v, i) { m.set(v, i); }); return m; };
    const actorNumber = number(data.actors), actionNumber = number(data.actions);
    data.claimActor = Int32Array.from(data.claims, function (c) { return actorNumber.get(c[0]); });
    data.claimAction = Int32Array.from(data.claims, function (c) { return actionNumber.get(c[1]); });
    return data;
  };
  /** Read what is needed to read: sentences, reasons, runners-up. */
  g.readTexts = function (table) { g.data.texts = table; g.emit('texts'); };

  /** What only a card tells of a feature; what its spot or its marked words say stands there. */
  function telling(i) {
    const d = g.data, t = d.texts, s = d.spot[i], short = t.tellings[t.told[i]], told = {};
    if (s >= 0) { told.name = d.spots.name[s]; if (d.kind[i] !== 2) { told.precision = d.spots.precision[s]; told.radius_km = d.spots.radius_km[s]; } }
    if (t.from[i] >= 0) told.text = Array.from(t.sentences[t.sentence[i]]).slice(t.from[i], t.from[i] + t.length[i]).join('');
    Object.keys(short).forEach(function (k) { told[k] = short[k]; });
    if (short.reasons) told.reasons = short.reasons.map(function (n) { return t.reasons[n]; });
    if (short.runners_up) told.runners_up = short.runners_up.map(function (r) { return Object.assign({ score: r[1] }, t.runners[r[0]]); });
    return told;
  }
  /** A feature as a card tells it; its texts may not be there yet (null). */
  g.feature = function (i) {
    const d = g.data, t = d.texts, a = d.article[i], claim = d.claim[i] < 0 ? null : d.claims[d.claim[i]];
    const told = t ? telling(i) : {};
    return {
      index: i, kind: KINDS[d.kind[i]], article: g.article(a), confidence: d.confidence[i] < 0 ? null : d.confidence[i] / 1000,
      actor: claim ? claim[0] : null, action: claim ? claim[1] : null, modality: claim ? claim[2] : null, negated: claim ? !!claim[3] : false,
      told: told, sentence: t && t.sentence[i] >= 0 ? t.sentences[t.sentence[i]] : '', mark: t && t.from[i] >= 0 ? [t.from[i], t.from[i] + t.length[i]] : null,
      start: t ? t.start[i] : -1, spot: d.spot[i], region: d.region[i]
    };
  };
  g.article = function (a) {
    const t = g.data.articles;
    return { number: a, id: t.id[a], title: t.title[a] || t.id[a] || 'Untitled report', source: t.sources[t.source[a]], url: t.url[a], day: t.day[a] };
  };
}(window.geomap));

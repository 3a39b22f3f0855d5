/* geomap's page: what is shown, in the address after the "#": a link shows the same thing. */
(function (g) {
  'use strict';

  const kit = g.kit;
  let map = null, writing = null, written = '', reading = false;

  function list(object, standard) { return Object.keys(object).filter(function (k) { return object[k] !== (standard ? standard[k] : true); }); }
  function selected() {
    const what = g.panel.selection(), s = g.data.spots;
    if (!what) return null;
    if (what.spots) { const n = what.spots[0]; return [what.spots.length > 1 ? 'places' : 'place', [s.lat[n].toFixed(5), s.lon[n].toFixed(5), g.KINDS[s.kind[n]], encodeURIComponent(s.actor[n]), s.name[n]].join(',')]; }
    if (what.article !== undefined) { const a = g.article(what.article); return ['report', a.id + (byId(a.id) === a.number ? '' : '@' + dayOf(a.day))]; }
    if (what.row !== undefined) { const f = g.feature(what.row); return ['hint', f.article.id + '@' + f.start]; }
    if (what.piece) return ['line', dayOf(g.front.data().dates[what.at]) + ',' + what.number];
    if (what.seed) return ['town', what.seed.name || ''];
    return null;
  }
  function dayOf(day) { return day === null ? 'undated' : kit.iso(day); }
  function byId(id) { return g.data.articles.id.indexOf(id); }
  /** What the address says now; only what differs from how the page opens. */
  function text() {
    const now = g.time.now, found = new URLSearchParams(), shown = g.filters.shown, center = map.getCenter();
    if (now.mode !== 'all') {
      found.set('time', now.mode);
      if (now.mode === 'range') found.set('from', kit.iso(now.from));
      found.set('to', kit.iso(now.to));
    }
    if (now.undated !== 'auto') found.set('undated', now.undated);
    found.set('view', center.lat.toFixed(5) + ',' + center.lng.toFixed(5) + ',' + map.getZoom());
    const layers = list(shown.layers, g.filters.standard);
    if (layers.length) found.set('layers', layers.map(function (k) { return (shown.layers[k] ? '' : '-') + k; }).join(','));
    [['actors', 'hide'], ['actions', 'leave']].forEach(function (p) { const off = list(shown[p[0]]); off.forEach(function (k) { found.append(p[1], k); }); });
    if (shown.least) found.set('least', shown.least);
    if (g.names.script() !== g.page.script) found.set('names', g.names.script());
    if (g.basemap.graticule()) found.set('graticule', '1');
    if (g.theme.chosen()) found.set('theme', g.theme.chosen());
    const what = selected();
    if (what) found.set(what[0], what[1]);
    return found.toString().replace(/%2C/g, ',');
  }
  function write() {
    writing = null;
    const now = text();
    if (now === written) return;
    written = now;
    try { history.replaceState(null, '', '#' + now); } catch (e) { /* some browsers forbid it for files: the link button still works */ }
  }
  function soon() { if (!reading && !writing) writing = setTimeout(write, 250); }

  /** The spots that are drawn as one with a spot. */
  function together(spot) {
    g.repaint();
    const mark = g.marks.shown().find(function (m) { return m.members.indexOf(spot) >= 0; });
    return mark ? mark.members : [spot];
  }
  function readSelection(p) {
    const d = g.data, s = d.spots;
    const one = p.has('place'), named = one ? p.get('place') : p.get('places');
    if (named) {
      const bits = named.split(','), lat = Number(bits[0]), lon = Number(bits[1]), name = bits.slice(4).join(',');
      for (let i = 0; i < s.n; i++) {
        if (Math.abs(s.lat[i] - lat) < 2e-5 && Math.abs(s.lon[i] - lon) < 2e-5 && g.KINDS[s.kind[i]] === bits[2] && encodeURIComponent(s.actor[i]) === bits[3] && s.name[i] === name) return { spots: one ? [i] : together(i) };
      }
    }
    if (p.has('report')) {
      const id = p.get('report'), at = id.lastIndexOf('@'), n = d.articles.id.findIndex(function (one, i) { return at > 0 && one === id.slice(0, at) && dayOf(d.articles.day[i]) === id.slice(at + 1); });
      if (byId(id) >= 0) return { article: byId(id) };
      if (n >= 0) return { article: n };
    }
    const front = g.front.data();
    if (p.has('line') && front) {
      const [day, number] = p.get('line').split(','), at = front.dates.findIndex(function (one) { return dayOf(one) === day; }), piece = at < 0 ? null : front.pieces[at][number];
      if (piece) return { at: at, piece: piece, number: Number(number) };
    }
    if (p.has('town') && front) {
      const seed = front.seeds.find(function (s) { return (s.name || '') === p.get('town'); });
      if (seed) return { seed: seed };
    }
    if (p.has('hint') && d.texts) {
      const at = p.get('hint').lastIndexOf('@'), a = byId(p.get('hint').slice(0, at)), start = Number(p.get('hint').slice(at + 1));
      if (a >= 0) for (let i = d.first[a]; i >= 0 && i < d.last[a]; i++) if (d.region[i] >= 0 && d.texts.start[i] === start) return { row: i };
    }
    return null;
  }
  /** Show what an address says; what it does not say is as the page opens. */
  function read(hash) {
    const p = new URLSearchParams(hash.replace(/^#/, '')), shown = g.filters.shown, value = function (k) { return p.get(k); };
    reading = true;
    Object.keys(g.filters.standard).forEach(function (k) { shown.layers[k] = g.filters.standard[k]; });
    (value('layers') || '').split(',').forEach(function (l) { const k = l.replace(/^-/, ''); if (kit.has(shown.layers, k)) shown.layers[k] = l === k; });
    [['actors', 'hide'], ['actions', 'leave']].forEach(function (pair) {
      const off = p.getAll(pair[1]);
      Object.keys(shown[pair[0]]).forEach(function (k) { shown[pair[0]][k] = off.indexOf(k) < 0; });
    });
    const least = Number(value('least'));
    shown.least = least > 0 && least <= 1 ? least : 0;
    g.emit('layers');
    g.names.script(value('names') || g.page.script);
    g.theme.set(value('theme'));
    g.basemap.graticule(value('graticule') === '1');
    const mode = value('time');
    const undated = ['on', 'off'].indexOf(value('undated')) >= 0 ? value('undated') : 'auto';
    if (mode === null || !g.time.set({ mode: mode, from: value('from') || value('to'), to: value('to'), undated: undated })) g.time.set({ mode: 'all', undated: undated });
    const view = (value('view') || '').split(',').map(parseFloat);
    if (view.length === 3 && view.every(isFinite) && Math.abs(view[0]) <= 85 && Math.abs(view[1]) <= 540) map.setView([view[0], view[1]], view[2], { animate: false });
    const what = readSelection(p);
    g.select(what, { quiet: true });
    if (!what && p.has('hint') && !g.data.texts) g.on('texts', once(function () { const late = readSelection(p); if (late) g.select(late, { quiet: true }); }));
    reading = false;
    written = text();
  }
  function once(f) { let done = false; return function () { if (!done) { done = true; f(); } }; }
  g.link = {
    start: function (leaflet) {
      map = leaflet;
      if (location.hash.length > 1) read(location.hash);
      g.on('time layers view select script theme basemap', soon);
      window.addEventListener('hashchange', function () { if (location.hash.slice(1) !== written) read(location.hash); });
      kit.$('gm-share').addEventListener('click', function () { write(); kit.copy(location.href.split('#')[0] + '#' + text(), 'Link'); });
    },
    text: text, read: read
  };
}(window.geomap));

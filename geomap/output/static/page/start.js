/* geomap's page: reads the tables, puts the parts together, and listens to the hand on the map. */
(function (g) {
  'use strict';

  const kit = g.kit, h = kit.h, add = kit.add, bdi = kit.bdi, $ = kit.$;
  const MARGIN = { paddingTopLeft: [50, 30], paddingBottomRight: [40, 40], maxZoom: 10, animate: false };
  let map = null, ground = null, tip = null, last = null;

  function fit() { map.fitBounds(g.page.view, MARGIN); }
  function credit() {
    add(kit.clear($('gm-attribution')), ['Leaflet | ', bdi(g.page.attribution), g.basemap.tilesOn() ? [' ', bdi(g.page.tiles.attribution)] : null]);
  }
  function summary() {
    const all = g.data.articles, places = new Set(), reports = g.time.reports();
    for (let s = 0; s < g.data.spots.n; s++) if (g.data.spots.kind[s] === 0) places.add(Math.round(g.data.spots.lat[s] * 1e3) + ',' + Math.round(g.data.spots.lon[s] * 1e3));
    const dated = Array.from(reports.byDay.keys()).sort(function (a, b) { return a - b; });
    const span = dated.length ? (dated.length === 1 ? kit.day(dated[0]) : kit.day(dated[0]) + ' \u2013 ' + kit.day(dated[dated.length - 1])) : all.n ? 'undated' : 'no reports';
    let n = reports.undated;
    reports.byDay.forEach(function (c) { n += c; });
    add(kit.clear($('gm-summary')), [h('span', {}, span), n ? h('span', {}, kit.plural(n, 'report') + ', ' + kit.plural(places.size, 'place')) : null]);
    $('gm-empty').hidden = g.data.spots.n > 0 || g.data.regions.n > 0 || !!g.front.data();
  }

  // ---- The hand on the map ----

  function whatIsAt(p) {
    const ctx = ground._ctx;
    const mark = g.marks.at(p);
    if (mark) return { mark: mark };
    const hit = g.front.at(ctx, p);
    if (hit) return { front: hit };
    const region = g.regions.at(ctx, p);
    return region ? { region: region } : null;
  }
  function tell(e) {
    const p = e.layerPoint, what = whatIsAt(p);
    map.getContainer().classList.toggle('gm-over', !!what);
    if (!what) { untip(); g.attention.hover(null); return; }
    let words;
    if (what.mark) {
      const title = g.marks.title(what.mark);
      words = h('span', {}, bdi(title.name), title.words);
      g.attention.hover({ row: g.tally().newest[what.mark.spot], spots: what.mark.members });
    } else if (what.region) {
      words = h('span', {}, g.attention.words(what.region.feature) || 'Hinted region');
      g.attention.hover({ row: what.region.feature });
    } else {
      g.attention.hover(null);
      const hit = what.front;
      if (hit.seed) words = h('span', {}, 'Seed town ', bdi(hit.seed.name || ''));
      else {
        const day = g.front.data().dates[hit.at];
        words = h('span', {}, (hit.reference ? 'Earlier or later line' : 'Line of contact') + (day === null ? '' : ', ' + kit.day(day)) + ': ' + g.front.styleOf(hit.piece.status).words);
      }
    }
    const at = what.mark ? map.layerPointToLatLng(L.point(what.mark.px, what.mark.py - what.mark.radius - 2)) : e.latlng;
    tip.setLatLng(at).setContent(words);
    if (!map.hasLayer(tip)) tip.addTo(map);
  }
  function untip() { if (map.hasLayer(tip)) map.removeLayer(tip); map.getContainer().classList.remove('gm-over'); }
  function click(e) {
    const what = whatIsAt(e.layerPoint);
    last = null; // A tap moves the mouse too, and the tip would come after the panel.
    untip();
    if (!what) { g.select(null); return; }
    if (what.mark) { g.select({ spots: what.mark.members }); g.uncover(what.mark.lat, what.mark.lon); }
    else if (what.region) g.select({ row: what.region.feature });
    else g.select(what.front.seed ? { seed: what.front.seed } : what.front);
  }
  function listen() {
    const move = g.soon(function () { if (last && !map._animatingZoom) tell(last); });
    tip = L.tooltip({ direction: 'top', opacity: 1, className: 'gm-tip', offset: [0, -2] });
    map.on('mousemove', function (e) { if (map.dragging && map.dragging.moving()) return; last = e; move(); });
    map.on('mouseout', function () { last = null; untip(); g.attention.hover(null); });
    map.on('dragstart zoomstart', untip);
    g.on('time layers', untip);
    map.on('click', click);
    map.on('moveend', function () { g.emit('view'); });
    // Leaflet asks once how fine the screen is; the browser's own zoom changes it.
    window.addEventListener('resize', function () { if (!g.theme.printing) L.Browser.retina = window.devicePixelRatio > 1; });
    document.addEventListener('keydown', function (e) {
      const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName) && e.target.type !== 'checkbox';
      if (e.key === 'Escape') g.select(null);
      else if (typing || e.altKey || e.ctrlKey || e.metaKey) return;
      else if (e.key === ' ' && (e.target === document.body || e.target === map.getContainer())) { e.preventDefault(); $('gm-play').click(); }
      else if ((e.key === 'ArrowLeft' || e.key === 'ArrowRight') && e.target === document.body) { e.preventDefault(); g.time.pause(); g.time.step(e.key === 'ArrowLeft' ? -1 : 1); }
      else if (e.key === '/') { e.preventDefault(); $('gm-search').focus(); }
    });
  }
  function controls() {
    map.zoomControl.setPosition('topleft');
    L.control.scale({ position: 'bottomleft', maxWidth: 120 }).addTo(map);
    const home = kit.button(h('span', { 'aria-hidden': 'true' }), { class: 'gm-home', 'aria-label': 'Show the whole area', title: 'Show the whole area' }, fit);
    map.zoomControl.getContainer().appendChild(home);
    L.DomEvent.disableClickPropagation(home);
  }
  /** One picture for whatever has changed, the ground first: the symbols lie on it, the names beside them. */
  g.repaint = function () { g.basemap.redraw(); ground.redraw(); g.marks.redraw(); g.names.redraw(); };
  const repaint = g.soon(function () { ground.redraw(); g.marks.redraw(); g.names.redraw(); });

  g.start = async function (leaflet) {
    g.map = map = leaflet;
    try {
      g.page = await g.table('geomap_page');
      const tables = await Promise.all(['geomap_data', 'geomap_basemap', 'geomap_front'].map(g.table));
      g.names.script(g.page.script);
      g.readData(tables[0]);
      g.front.read(tables[2]);
      g.time.start(g.data.articles, g.front.days());
      g.filters.start(g.data, g.front.data());
      controls();
      if (kit.phone()) document.body.classList.add('gm-closed');
      map.invalidateSize({ animate: false, pan: false });
      map.setView(L.latLngBounds(g.page.view).getCenter(), 5, { animate: false });
      fit();
      g.basemap.start(map, tables[1]);
      ground = g.surface(map, 'gm-ground', 250, 0.1, g.front.paint);
      g.marks.start(map);
      g.names.start(map);
      g.on('time layers theme basemap', repaint);
      g.on('script', function () { g.names.redraw(); });
      g.on('basemap', credit);
      g.timeline.start(); g.side.start(); g.lists.start(); g.legend.start(); g.panel.start(); g.search.start(); g.printing.start(map);
      credit(); summary(); listen();
      g.link.start(map);
      g.side.tab(kit.phone() ? 'reports' : 'layers');
    } catch (error) {
      const box = $('gm-empty');
      add(kit.clear(box), 'This map cannot be shown: ' + error.message);
      box.hidden = false;
      throw error;
    }
    requestAnimationFrame(function () {
      requestAnimationFrame(async function () {
        performance.mark('geomap-ready');
        document.documentElement.setAttribute('data-ready', 'true');
        try { g.readTexts(await g.table('geomap_texts')); } catch (error) { kit.say('The texts of this map cannot be read: ' + error.message); throw error; }
        document.documentElement.setAttribute('data-texts', 'true');
      });
    });
  };
}(window.geomap));

/* geomap's page: map, legend and date on one A4 page. */
(function (g) {
  'use strict';

  const kit = g.kit, h = kit.h, add = kit.add, $ = kit.$;
  let map = null, before = null;

  /**
   * Lay the canvases of the map onto one. Printed as they are, Chromium fills with white what each was wiped clean of, and only the topmost shows.
   */
  function flatten() {
    const size = map.getSize(), one = h('canvas', { id: 'gm-print-map', class: 'gm-print-map', width: 2 * size.x, height: 2 * size.y, 'aria-hidden': 'true' }), ctx = one.getContext('2d');
    const frame = map.getContainer().getBoundingClientRect();
    ctx.fillStyle = g.look().water;
    ctx.fillRect(0, 0, one.width, one.height);
    document.querySelectorAll('.gm-surface').forEach(function (c) {
      const at = c.getBoundingClientRect();
      ctx.drawImage(c, 2 * (at.left - frame.left), 2 * (at.top - frame.top), 2 * at.width, 2 * at.height);
    });
    map.getContainer().appendChild(one);
  }
  /** Who gained how much in the period, where that is drawn. */
  function gains(c, data) {
    if (!data || c.from < 0 || !g.filters.shown.layers.movement) return null;
    return g.front.measure(g.front.movement(c.from, c.at)).gains.filter(function (gain) { return gain.km2 >= 0.05; }).map(function (gain) {
      return [' \u00b7 gained by ', kit.bdi(gain.party), ' since ' + kit.day(data.dates[c.from]) + ': ' + kit.decimal(gain.km2) + ' km\u00b2'];
    });
  }
  function dateLine() {
    const c = g.front.current(), data = g.front.data(), undated = g.time.undatedShown() && g.time.stops().length ? ' and ' + g.time.reports().undated + ' undated' : '';
    const line = data && c.at >= 0 && data.dates[c.at] !== null && g.filters.shown.layers.contact ? ' \u00b7 line of ' + kit.day(data.dates[c.at]) : '';
    return h('p', { class: 'gm-print-date' }, h('strong', {}, g.time.words()), ' \u00b7 ' + kit.plural(g.time.counted(), 'report') + undated + line, gains(c, data));
  }
  function ready() {
    if (before) return;
    before = { center: map.getCenter(), zoom: map.getZoom(), bounds: map.getBounds(), retina: L.Browser.retina };
    g.theme.print(true);
    document.body.classList.add('gm-printing');
    add(kit.clear($('gm-print')), [dateLine(), g.legend.list(false)]);
    L.Browser.retina = true; // Paper shows more than most screens.
    map.invalidateSize({ animate: false, pan: false });
    map.fitBounds(before.bounds, { animate: false });
    flatten();
  }
  function after() {
    if (!before) return;
    L.Browser.retina = before.retina;
    $('gm-print-map').remove();
    document.body.classList.remove('gm-printing');
    g.theme.print(false);
    map.invalidateSize({ animate: false, pan: false });
    map.setView(before.center, before.zoom, { animate: false });
    before = null;
    g.timeline.refresh();
  }
  g.printing = {
    start: function (leaflet) {
      map = leaflet;
      window.addEventListener('beforeprint', ready);
      window.addEventListener('afterprint', after);
      $('gm-printer').addEventListener('click', function () { window.print(); });
    }
  };
}(window.geomap));

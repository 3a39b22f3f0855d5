/* geomap's page: map, legend and date on one A4 page. */
(function (g) {
  'use strict';

  const kit = g.kit, h = kit.h, add = kit.add, $ = kit.$;
  let map = null, before = null;

  function ready() {
    if (before) return;
    before = { center: map.getCenter(), zoom: map.getZoom(), bounds: map.getBounds() };
    const box = kit.clear($('gm-print')), c = g.front.current(), data = g.front.data();
    add(box, h('p', { class: 'gm-print-date' }, h('strong', {}, g.time.words()), ' \u00b7 ' + kit.plural(g.time.counted(), 'report') + (g.time.undatedShown() && g.time.stops().length ? ' and ' + g.time.reports().undated + ' undated' : '')
      + (data && c.at >= 0 && data.dates[c.at] !== null && g.filters.shown.layers.contact ? ' \u00b7 line of ' + kit.day(data.dates[c.at]) : '')));
    g.theme.print(true);
    document.body.classList.add('gm-printing');
    add(box, g.legend.list(false));
    map.invalidateSize({ animate: false, pan: false });
    map.fitBounds(before.bounds, { animate: false });
    [g.names].forEach(function (s) { s.redraw(); });
  }
  function after() {
    if (!before) return;
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

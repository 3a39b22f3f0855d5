/* geomap's page: canvases that lie on the map and are painted as a whole, in layer pixels. */
(function (g) {
  'use strict';

  /**
   * A canvas of Leaflet's that calls `paint(ctx, view)`. `view` turns the world (256 wide) into layer pixels: x * scale - left, y * scale - top;
   * `box` is what is seen, in the world's units.
   */
  const Surface = L.Canvas.extend({
    initialize: function (paint, options) { L.Canvas.prototype.initialize.call(this, options); this.paint = paint; },
    _initContainer: function () {
      L.Canvas.prototype._initContainer.call(this);
      L.DomUtil.addClass(this._container, 'gm-surface');
      this._container.setAttribute('aria-hidden', 'true');
    },
    onAdd: function () {
      L.Canvas.prototype.onAdd.call(this);
      this._map.on('move', this._follow, this);
    },
    onRemove: function () {
      this._map.off('move', this._follow, this);
      L.Canvas.prototype.onRemove.call(this);
    },
    /** A drag may leave what is painted before it ends. */
    _follow: function () {
      if (this._map._animatingZoom || !this._bounds || this._asked) return;
      const size = this._map.getSize(), corner = this._map.containerPointToLayerPoint([0, 0]);
      if (this._bounds.contains(L.bounds(corner, corner.add(size)))) return;
      this._asked = true;
      requestAnimationFrame(function () { this._asked = false; if (this._map) this._update(); }.bind(this));
    },
    _draw: function () { if (this._bounds) this.paint(this._ctx, view(this._map, this._bounds)); },
    redraw: function () { if (this._map && !this._map._animatingZoom && this._bounds) { this._redrawBounds = null; this._redraw(); } }
  });
  function view(map, bounds) {
    const scale = Math.pow(2, map.getZoom()), origin = map.getPixelOrigin();
    return {
      zoom: map.getZoom(), scale: scale, left: origin.x, top: origin.y, bounds: bounds,
      box: [(bounds.min.x + origin.x) / scale, (bounds.min.y + origin.y) / scale, (bounds.max.x + origin.x) / scale, (bounds.max.y + origin.y) / scale]
    };
  }
  g.surface = function (map, name, zIndex, padding, paint) {
    const pane = map.createPane(name);
    pane.style.zIndex = zIndex;
    pane.style.pointerEvents = 'none';
    return new Surface(paint, { pane: name, padding: padding }).addTo(map);
  };
  g.view = function (map) {
    const size = map.getSize(), corner = map.containerPointToLayerPoint([0, 0]);
    return view(map, L.bounds(corner, corner.add(size)));
  };
  g.meets = function (a, b) { return a[0] <= b[2] && a[2] >= b[0] && a[1] <= b[3] && a[3] >= b[1]; };

  /** Add a line to a path; vertices nearer than half a pixel to the last are left out. */
  g.trace = function (path, line, v, close) {
    let px = NaN, py = NaN;
    for (let i = 0; i < line.length; i += 2) {
      const x = line[i] * v.scale - v.left, y = line[i + 1] * v.scale - v.top;
      if (i === 0) path.moveTo(x, y);
      else if (i === line.length - 2 || Math.abs(x - px) + Math.abs(y - py) > 0.7) path.lineTo(x, y);
      else continue;
      px = x; py = y;
    }
    if (close) path.closePath();
  };
  /** The path of a shape's polygons. */
  g.areaPath = function (shape, v) {
    const path = new Path2D();
    shape.parts.forEach(function (rings) { rings.forEach(function (ring) { g.trace(path, ring, v, true); }); });
    return path;
  };
  g.linePath = function (shape, v) {
    const path = new Path2D();
    shape.parts.forEach(function (rings) { rings.forEach(function (line) { g.trace(path, line, v, false); }); });
    return path;
  };
}(window.geomap));

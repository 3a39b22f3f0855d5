/* geomap's page: how much ground lies in some shapes and not in others, by scan lines on the ellipsoid. */
(function (g) {
  'use strict';

  // WGS84: half axis in km and the square of its eccentricity.
  const A = 6378.137, E2 = 0.00669437999014;
  // Two drawings of one border may differ by their rounding; overlaps narrower than this are none.
  const SLIP_DEG = 0.0006;

  /** For each scan line the longitudes at which a shape's edges cross it, ascending. */
  function crossings(shape, south, step, n) {
    const lines = new Array(n);
    shape.parts.forEach(function (rings) {
      rings.forEach(function (ring) {
        const count = ring.length / 2;
        let lonA = 0, latA = 0;
        for (let i = 0; i <= count; i++) {
          const j = i % count, lon = g.lonOf(ring[2 * j]), lat = g.latOf(ring[2 * j + 1]);
          if (i > 0 && lat !== latA) {
            const low = Math.min(latA, lat), high = Math.max(latA, lat);
            for (let k = Math.max(0, Math.ceil((low - south) / step)); k < n && south + k * step < high; k++) {
              const at = lonA + (south + k * step - latA) / (lat - latA) * (lon - lonA);
              (lines[k] || (lines[k] = [])).push(at);
            }
          }
          lonA = lon; latA = lat;
        }
      });
    });
    lines.forEach(function (l) { l.sort(function (a, b) { return a - b; }); });
    return lines;
  }
  /**
   * Square kilometres that lie in all of `inside` and in none of `outside` (shapes of `g.shape`).
   * Scan lines lie 0.001 degrees apart (110 m), closer where the shapes are low.
   */
  g.areaKm2 = function (inside, outside) {
    let south = -90, north = 90;
    inside.forEach(function (s) {
      const low = g.latOf(s.box[3]), high = g.latOf(s.box[1]);
      south = Math.max(south, low); north = Math.min(north, high);
    });
    if (!inside.length || !(north > south)) return 0;
    const n = Math.max(200, Math.min(20000, Math.ceil((north - south) / 0.001))), step = (north - south) / n, first = south + step / 2;
    const all = inside.concat(outside), scans = all.map(function (s) { return crossings(s, first, step, n); }), at = new Int32Array(all.length);
    let sum = 0;
    for (let k = 0; k < n; k++) {
      if (inside.some(function (_, i) { return !scans[i][k]; })) continue;
      const lat = (first + k * step) * Math.PI / 180, w = 1 - E2 * Math.sin(lat) * Math.sin(lat);
      // Length of a degree of latitude times that of one of longitude, times the step.
      const weight = (A * (1 - E2) / Math.pow(w, 1.5)) * (A * Math.cos(lat) / Math.sqrt(w)) * Math.pow(Math.PI / 180, 2) * step;
      at.fill(0);
      let from = null;
      for (;;) {
        let next = Infinity, which = -1;
        for (let i = 0; i < all.length; i++) { const l = scans[i][k]; if (l && at[i] < l.length && l[at[i]] < next) { next = l[at[i]]; which = i; } }
        if (which < 0) break;
        if (from !== null && next - from > SLIP_DEG) sum += (next - from) * weight;
        at[which]++;
        let held = true;
        for (let i = 0; i < all.length && held; i++) held = (at[i] % 2 === 1) === (i < inside.length);
        from = held ? next : null;
      }
    }
    return sum;
  };
}(window.geomap));

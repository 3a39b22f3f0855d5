/* geomap's page: regions that hints point to: nine tenths within the dashed edge, half within the darker core. */
(function (g) {
  'use strict';

  // More regions than can be told apart are not drawn: those that say most for where they lie are.
  const MOST = 400, SMALL_PX = 5, DASHED = 120;
  let drawn = [], left = 0;

  function choose(v) {
    const t = g.tally(), regions = g.data.regions, found = [];
    left = 0;
    for (let r = 0; r < regions.n; r++) {
      if (t.regions[r] < 0) continue;
      const of = regions.of(r), box = of.outline.box;
      if (!g.meets(box, v.box)) continue;
      const width = Math.max(box[2] - box[0], box[3] - box[1]) * v.scale;
      if (width < SMALL_PX) { left++; continue; }
      found.push({ region: r, feature: t.regions[r], confidence: t.regionBest[r] < 0 ? 0.5 : t.regionBest[r] / 1000, of: of, width: width });
    }
    found.sort(function (a, b) { return b.confidence - a.confidence || b.feature - a.feature; });
    left += Math.max(0, found.length - MOST);
    return found.slice(0, MOST).sort(function (a, b) { return b.width - a.width || a.region - b.region; });
  }
  /** Paint a region; `share` thins the fill where many lie on each other. */
  function paintOne(ctx, v, of, confidence, strong, share) {
    const look = g.look(), thin = share || 1, path = g.areaPath(of.outline, v);
    ctx.fillStyle = look.regions; ctx.strokeStyle = look.regions;
    ctx.globalAlpha = thin * (0.04 + 0.13 * confidence); ctx.fill(path, 'evenodd');
    if (of.core) { ctx.globalAlpha = thin * (0.08 + 0.2 * confidence); ctx.fill(g.areaPath(of.core, v), 'evenodd'); }
    ctx.globalAlpha = strong ? 1 : 0.5 + 0.45 * confidence; ctx.lineWidth = strong ? 2.4 : 1.6; ctx.setLineDash([6, 5]); ctx.stroke(path); ctx.setLineDash([]);
    if (of.core) { ctx.globalAlpha *= 0.7; ctx.lineWidth = 1; ctx.stroke(g.areaPath(of.core, v)); }
    ctx.globalAlpha = 1;
    return path;
  }
  /** Paint hundreds of regions, those of like confidence at once: dashes and fills of each would take longer than a frame. */
  function paintMany(ctx, v) {
    const look = g.look(), tiers = {};
    drawn.forEach(function (d) {
      const tier = Math.round(4 * d.confidence) / 4, at = tiers[tier] = tiers[tier] || { edges: new Path2D(), cores: new Path2D() };
      d.path = g.areaPath(d.of.outline, v);
      at.edges.addPath(d.path);
      if (d.of.core) d.of.core.parts.forEach(function (rings) { rings.forEach(function (ring) { g.trace(at.cores, ring, v, true); }); });
    });
    ctx.fillStyle = ctx.strokeStyle = look.regions;
    Object.keys(tiers).sort().forEach(function (tier) {
      const at = tiers[tier], sure = Number(tier);
      ctx.globalAlpha = 0.05 + 0.06 * sure; ctx.fill(at.edges); ctx.fill(at.cores);
      ctx.globalAlpha = 0.25 + 0.4 * sure; ctx.lineWidth = 1; ctx.stroke(at.edges);
    });
    ctx.globalAlpha = 1;
  }
  g.regions = {
    paint: function (ctx, v) {
      drawn = g.filters.shown.layers.regions ? choose(v) : [];
      if (drawn.length > DASHED) { paintMany(ctx, v); return; }
      const share = Math.max(0.3, Math.min(1, 14 / Math.max(1, drawn.length)));
      drawn.forEach(function (d) { d.path = paintOne(ctx, v, d.of, d.confidence, false, share); });
    },
    paintOne: paintOne,
    /** The smallest region under a point of the layer. */
    at: function (ctx, p) {
      for (let i = drawn.length - 1; i >= 0; i--) {
        ctx.save(); ctx.setTransform(1, 0, 0, 1, 0, 0);
        const inside = ctx.isPointInPath(drawn[i].path, p.x, p.y, 'evenodd');
        ctx.restore();
        if (inside) return drawn[i];
      }
      return null;
    },
    shown: function () { return drawn; }, left: function () { return left; }
  };
}(window.geomap));

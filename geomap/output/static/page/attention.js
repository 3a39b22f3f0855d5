/* geomap's page: what the reader points at or has opened: its places ringed, its hints drawn from their anchors. */
(function (g) {
  'use strict';

  const kit = g.kit;
  const MOST_ARCS = 12;
  let hovered = null, chosen = null, cache = null;

  /** What belongs to a report: the spots that it names and the rows of its hints with a region. */
  function ofArticle(a, wanted) {
    const d = g.data, spots = new Set(), hints = [];
    for (let i = d.first[a]; i >= 0 && i < d.last[a]; i++) {
      if (d.article[i] !== a || wanted && !wanted(i)) continue;
      if (d.spot[i] >= 0 && d.kind[i] !== 2) spots.add(d.spot[i]);
      if (d.region[i] >= 0 && hints.length < MOST_ARCS) hints.push(i);
    }
    return { spots: spots, hints: hints };
  }
  /** Of a row: the places and hints of its own sentence. */
  function ofRow(i) {
    const d = g.data, t = d.texts, sentence = t ? t.sentence[i] : -1;
    return ofArticle(d.article[i], function (j) { return j === i || t !== null && sentence >= 0 && t.sentence[j] === sentence; });
  }
  function looked() {
    if (cache) return cache;
    const spots = new Set(), hints = [];
    [chosen, hovered].forEach(function (what) {
      if (!what) return;
      const a = what.article !== undefined ? what.article : what.row !== undefined ? g.data.article[what.row] : null;
      // What is open may lie outside the window of time by now: then nothing of it is drawn.
      if (a !== null && !g.time.holds(g.data.articles.day[a])) return;
      const found = what.article !== undefined ? ofArticle(what.article) : what.row !== undefined ? ofRow(what.row) : { spots: new Set(), hints: [] };
      (what.spots || []).forEach(function (s) { spots.add(s); });
      found.spots.forEach(function (s) { spots.add(s); });
      found.hints.forEach(function (i) { if (hints.indexOf(i) < 0) hints.push(i); });
    });
    return cache = { spots: spots, hints: hints.slice(0, MOST_ARCS) };
  }
  g.on('texts time', function () { cache = null; });

  function arcs(v) {
    const d = g.data, found = [];
    looked().hints.forEach(function (i) {
      const r = d.region[i], of = d.regions.of(r), to = { x: of.x * v.scale - v.left, y: of.y * v.scale - v.top };
      (d.regions.anchors[r] || []).forEach(function (anchor, n) {
        if (!anchor) return;
        const from = { x: g.worldX(anchor[0]) * v.scale - v.left, y: g.worldY(anchor[1]) * v.scale - v.top };
        const dx = to.x - from.x, dy = to.y - from.y;
        found.push({ row: i, region: r, from: from, to: to, bend: { x: (from.x + to.x) / 2 - dy * 0.14, y: (from.y + to.y) / 2 + dx * 0.14 }, length: Math.hypot(dx, dy), first: n === 0 });
      });
    });
    return found;
  }
  function paintHints(ctx, v) {
    const look = g.look(), seen = new Set();
    looked().hints.forEach(function (i) {
      const r = g.data.region[i];
      if (seen.has(r)) return;
      seen.add(r);
      g.regions.paintOne(ctx, v, g.data.regions.of(r), g.data.confidence[i] / 1000, true);
    });
    arcs(v).forEach(function (a) {
      [[5, look.halo], [2, look.regions]].forEach(function (pen) {
        ctx.lineWidth = pen[0]; ctx.strokeStyle = pen[1]; ctx.lineCap = 'round';
        ctx.beginPath(); ctx.moveTo(a.from.x, a.from.y); ctx.quadraticCurveTo(a.bend.x, a.bend.y, a.to.x, a.to.y); ctx.stroke();
      });
      ctx.beginPath(); ctx.arc(a.from.x, a.from.y, 11, 0, 2 * Math.PI); ctx.lineWidth = 2; ctx.strokeStyle = look.regions; ctx.setLineDash([3, 3]); ctx.stroke(); ctx.setLineDash([]);
      if (a.length > 14) arrow(ctx, a, look.regions);
      ctx.beginPath(); ctx.arc(a.to.x, a.to.y, 3, 0, 2 * Math.PI); ctx.fillStyle = look.regions; ctx.fill();
    });
  }
  function arrow(ctx, a, colour) {
    const turn = Math.atan2(a.to.y - a.bend.y, a.to.x - a.bend.x);
    ctx.save(); ctx.translate(a.to.x, a.to.y); ctx.rotate(turn);
    ctx.beginPath(); ctx.moveTo(-2, 0); ctx.lineTo(-11, -5); ctx.lineTo(-11, 5); ctx.closePath(); ctx.fillStyle = colour; ctx.fill();
    ctx.restore();
  }
  /** What a hint says, short: "8 km north-east of Bakhmut, azimuth 47\u00b0". */
  function words(i) {
    const f = g.feature(i), d = g.data, bits = [];
    if (f.told.text) bits.push('\u201c' + (f.told.text.length > 60 ? f.told.text.slice(0, 59) + '\u2026' : f.told.text) + '\u201d');
    const azimuth = d.regions.azimuth[f.region], measured = d.regions.measured[f.region];
    if (azimuth !== null && azimuth !== undefined) bits.push('azimuth ' + azimuth + '\u00b0');
    if (measured) bits.push(kit.km(measured) + ' (' + kit.miles(measured) + ')');
    return bits.join(', ');
  }
  function paintWords(ctx, v) {
    const look = g.look(), taken = [];
    arcs(v).forEach(function (a) {
      if (!a.first) return;
      const text = words(a.row);
      if (!text) return;
      ctx.font = '600 12px ' + g.FONT;
      const w = ctx.measureText(text).width, x = (a.from.x + 2 * a.bend.x + a.to.x) / 4 - w / 2;
      let y = (a.from.y + 2 * a.bend.y + a.to.y) / 4;
      while (taken.some(function (b) { return Math.abs(b[1] - y) < 20 && x < b[2] + 8 && x + w > b[0] - 8; })) y += 20;
      taken.push([x, y, x + w]);
      ctx.fillStyle = look.paper; ctx.globalAlpha = 0.94; ctx.beginPath(); ctx.rect(x - 6, y - 10, w + 12, 20); ctx.fill(); ctx.globalAlpha = 1;
      ctx.strokeStyle = look.regions; ctx.lineWidth = 1; ctx.stroke();
      ctx.fillStyle = look.ink; ctx.textAlign = 'left'; ctx.textBaseline = 'middle';
      if ('letterSpacing' in ctx) ctx.letterSpacing = '0px';
      ctx.fillText(text, x, y + 0.5);
    });
  }
  function same(a, b) { return JSON.stringify(a) === JSON.stringify(b); }
  g.attention = {
    /** Point at something: {article}, {row}, {spots}; null for nothing. */
    hover: function (what) { if (same(what, hovered)) return; hovered = what; cache = null; g.marks.redraw(); },
    choose: function (what) { chosen = what; cache = null; g.marks.redraw(); },
    spots: function () { return looked().spots; }, hints: function () { return looked().hints; },
    paintHints: paintHints, paintWords: paintWords, words: words
  };
}(window.geomap));

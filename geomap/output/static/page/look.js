/* geomap's page: colours by theme, and the symbols: one drawing routine for the map and for the legend. */
(function (g) {
  'use strict';

  const FONT = g.FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif';
  const THEMES = {
    light: {
      land: '#f7f6f2', water: '#d7e3ea', coast: '#98a9b4', border: '#7f8890', inner: '#c0c5c9', idle: '#8d969d', river: '#86afc9', grid: 'rgba(70,84,96,.28)',
      halo: 'rgba(255,255,255,.95)', paper: '#fff', ink: '#14181c', label: '#15191d', faint: '#59626b', fainter: '#69727a', labelHalo: 'rgba(250,250,248,.92)',
      places: '#0b5f66', government: '#59636e', demonym: '#59636e', regions: '#6a4aa5', other: '#5b6570', line: '#1c2126', lineEdge: '#fff', pick: '#d1006c'
    },
    dark: {
      land: '#272d32', water: '#0e1418', coast: '#55636d', border: '#7b8790', inner: '#454f58', idle: '#75808a', river: '#3d6480', grid: 'rgba(190,205,216,.22)',
      halo: 'rgba(18,22,25,.95)', paper: '#15191c', ink: '#f2f4f5', label: '#f3f5f6', faint: '#a3adb5', fainter: '#838e97', labelHalo: 'rgba(30,35,39,.9)',
      places: '#57c4c9', government: '#a9b4bd', demonym: '#a9b4bd', regions: '#b79cf0', other: '#a9b4bd', line: '#f4f6f7', lineEdge: '#14181b', pick: '#ff6db3'
    }
  };
  const dark = window.matchMedia ? window.matchMedia('(prefers-color-scheme: dark)') : { matches: false, addEventListener: function () {} };
  let chosen = null;
  const theme = g.theme = {
    name: function () { return chosen || (dark.matches ? 'dark' : 'light'); },
    set: function (name) {
      chosen = name === 'dark' || name === 'light' ? name : null;
      if (chosen) document.documentElement.setAttribute('data-theme', chosen); else document.documentElement.removeAttribute('data-theme');
      g.emit('theme');
    },
    /** Paper is white, whatever the screen is. */
    print: function (on) { theme.printing = on; if (on) document.documentElement.setAttribute('data-theme', 'light'); else theme.set(chosen); },
    chosen: function () { return chosen; }
  };
  g.look = function () { return THEMES[theme.printing ? 'light' : theme.name()]; };
  dark.addEventListener('change', function () { if (!chosen) g.emit('theme'); });

  /** The colour of a party, lifted where the ground is dark. */
  g.partyColour = function (actor) {
    const given = g.page.parties, hex = g.kit.has(given, actor) ? given[actor] : null;
    if (!hex) return g.look().other;
    return theme.name() === 'dark' && !theme.printing ? lifted(hex) : hex;
  };
  function lifted(hex) {
    const mix = function (i) { const v = parseInt(hex.substr(i, 2), 16); return Math.round(v + (255 - v) * 0.38); };
    return 'rgb(' + mix(1) + ',' + mix(3) + ',' + mix(5) + ')';
  }
  /** Every other party's claims have a dark edge, so that they are told apart without colour too. */
  g.partyEdged = function (actor) { return Object.keys(g.page.parties).sort().indexOf(actor) % 2 === 1; };
  g.sideColour = function (hex) { return theme.name() === 'dark' && !theme.printing && /^#[0-9a-f]{6}$/i.test(hex) ? lifted(hex) : hex; };

  function outline(ctx, shape, x, y, r) {
    ctx.beginPath();
    if (shape === 'square') ctx.rect(x - r * 0.86, y - r * 0.86, r * 1.72, r * 1.72);
    else if (shape === 'diamond') { ctx.moveTo(x, y - r * 1.2); ctx.lineTo(x + r * 1.2, y); ctx.lineTo(x, y + r * 1.2); ctx.lineTo(x - r * 1.2, y); ctx.closePath(); }
    else if (shape === 'triangle') { ctx.moveTo(x, y - r * 1.1); ctx.lineTo(x + r * 1.05, y + r * 0.8); ctx.lineTo(x - r * 1.05, y + r * 0.8); ctx.closePath(); }
    else ctx.arc(x, y, r, 0, 2 * Math.PI);
  }
  /**
   * Draw a symbol: {shape, colour, radius, confidence, count, hollow, negated, confirmed, planned, several, edged, picked}.
   * Full: sure. Half tone: less sure. Hollow and dashed: doubtful. Hollow with a dot: planned, or failed. A ring around it: more than one source. A cross-bar: said not to be so.
   * A bar below it: confirmed, not only claimed.
   */
  g.drawSymbol = function (ctx, x, y, o) {
    const look = g.look(), r = o.radius, tier = g.kit.level(o.confidence), hollow = o.hollow || o.negated || o.planned || tier === 'low';
    ctx.save();
    ctx.lineJoin = 'round';
    ctx.setLineDash([]);
    if (o.picked) { outline(ctx, o.shape, x, y, r + 6); ctx.strokeStyle = look.pick; ctx.lineWidth = 3; ctx.stroke(); }
    if (o.several) { outline(ctx, o.shape, x, y, r + 3.2); ctx.lineWidth = 3.4; ctx.strokeStyle = look.halo; ctx.stroke(); ctx.lineWidth = 1.3; ctx.strokeStyle = o.colour; ctx.stroke(); }
    // A halo parts the symbol from what lies under it.
    outline(ctx, o.shape, x, y, r); ctx.lineWidth = hollow ? 4.5 : 3; ctx.strokeStyle = look.halo; ctx.stroke();
    ctx.fillStyle = look.paper; ctx.globalAlpha = hollow ? 0.9 : 1; ctx.fill(); ctx.globalAlpha = 1;
    if (!hollow) { ctx.fillStyle = o.colour; ctx.globalAlpha = tier === 'high' ? 1 : 0.42; ctx.fill(); ctx.globalAlpha = 1; }
    if (o.edged && !hollow) { ctx.lineWidth = 1.4; ctx.strokeStyle = look.ink; ctx.stroke(); }
    if (hollow || tier !== 'high' && !o.edged) {
      ctx.lineWidth = 1.9; ctx.strokeStyle = o.colour;
      if (tier === 'low') ctx.setLineDash([3, 2.2]);
      ctx.stroke(); ctx.setLineDash([]);
    }
    if (o.negated) { ctx.beginPath(); ctx.moveTo(x - r * 0.6, y + r * 0.6); ctx.lineTo(x + r * 0.6, y - r * 0.6); ctx.lineWidth = 1.9; ctx.strokeStyle = o.colour; ctx.stroke(); }
    else if (o.planned && !(o.count > 1 && r >= 7)) { ctx.beginPath(); ctx.arc(x, y, 1.8, 0, 2 * Math.PI); ctx.fillStyle = o.colour; ctx.fill(); }
    else if (o.count > 1 && r >= 7) {
      ctx.fillStyle = !hollow && tier === 'high' ? (theme.name() === 'dark' && !theme.printing ? '#101417' : '#fff') : look.ink;
      ctx.font = '600 ' + Math.max(9.5, Math.min(12, r * 1.05)) + 'px ' + FONT;
      ctx.textAlign = 'center'; ctx.textBaseline = 'middle';
      ctx.fillText(o.count > 9999 ? Math.round(o.count / 1000) + 'k' : String(o.count), x, y + 0.5 + (o.shape === 'triangle' ? r * 0.12 : 0));
    }
    if (o.confirmed && !o.negated) { ctx.beginPath(); ctx.rect(x - r * 0.86, y + r * 0.86 + 2.6, r * 1.72, 2.2); ctx.fillStyle = o.colour; ctx.fill(); }
    ctx.restore();
  };
  const hatches = {};
  /** A hatch in a colour: lines that lean to the right for one side, to the left for the other, so that grey tells them apart; `wide` apart and thin, for ground that is only held. */
  g.hatch = function (colour, side, wide) {
    const key = colour + side + !!wide, n = wide ? 14 : 8;
    if (!hatches[key]) {
      const tile = g.kit.h('canvas', { width: n, height: n }), ctx = tile.getContext('2d');
      ctx.strokeStyle = colour; ctx.lineWidth = wide ? 1 : 2.1; ctx.globalAlpha = wide ? 0.3 : 0.85;
      if (side === 'B') { ctx.translate(n, 0); ctx.scale(-1, 1); }
      ctx.beginPath(); ctx.moveTo(-2, 2); ctx.lineTo(2, -2); ctx.moveTo(0, n); ctx.lineTo(n, 0); ctx.moveTo(n - 2, n + 2); ctx.lineTo(n + 2, n - 2); ctx.stroke();
      hatches[key] = ctx.createPattern(tile, 'repeat');
    }
    return hatches[key];
  };
}(window.geomap));

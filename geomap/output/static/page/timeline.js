/* geomap's page: the timeline along the bottom: reports per day, the window over them, play and step. */
(function (g) {
  'use strict';

  const kit = g.kit, $ = kit.$;
  const SPEEDS = [1, 2, 4, 8, 16];
  const MODE_WORDS = { all: 'All', upto: 'Up to', range: 'Range', day: 'Day' };
  const MODE_TITLES = { all: 'All dates', upto: 'All dates up to one', range: 'From one date to another', day: 'One date' };
  let box = null, canvas = null, wide = 0, dragged = null;

  function span() { return g.time.span(); }
  function days() { const s = span(); return s[1] - s[0] + 1; }
  /** Where a day begins, in pixels from the left. */
  function x(day) { return (day - span()[0]) / days() * wide; }
  function dayAt(px) { return Math.max(span()[0], Math.min(span()[1], span()[0] + Math.floor(px / Math.max(1, wide) * days()))); }

  function paint() {
    const ratio = window.devicePixelRatio || 1, height = box.clientHeight, look = g.look(), reports = g.time.reports(), s = span(), n = days();
    wide = box.clientWidth;
    if (!wide) return;
    canvas.width = Math.round(wide * ratio); canvas.height = Math.round(height * ratio);
    const ctx = canvas.getContext('2d'), bottom = height - 15;
    ctx.scale(ratio, ratio);
    ctx.clearRect(0, 0, wide, height);
    // Bars of some pixels: where days are narrower, several make one, as high as the fullest of them.
    const per = Math.max(1, Math.ceil(2 * n / wide)), bars = new Float64Array(Math.ceil(n / per));
    let most = 1;
    reports.byDay.forEach(function (c, d) { const b = Math.floor((d - s[0]) / per); bars[b] = Math.max(bars[b], c); most = Math.max(most, c); });
    const width = wide / n * per;
    for (let b = 0; b < bars.length; b++) {
      if (!bars[b]) continue;
      const tall = Math.max(2, Math.sqrt(bars[b] / most) * (bottom - 5)), gap = width > 5 ? 1 : width > 3 ? 0.5 : 0;
      const inside = s[0] + b * per <= g.time.now.to && s[0] + (b + 1) * per > g.time.now.from;
      ctx.fillStyle = inside ? look.places : look.idle;
      const thick = Math.max(0.8, Math.min(width - gap, 26));
      ctx.fillRect(b * width + (width - thick) / 2, bottom - tall, thick, tall);
    }
    ctx.fillStyle = look.line;
    g.front.days().forEach(function (d) { ctx.fillRect(x(d) + wide / n / 2 - 1, bottom + 1, 2, 3); });
    ctx.strokeStyle = look.inner; ctx.lineWidth = 1; ctx.beginPath(); ctx.moveTo(0, bottom + 0.5); ctx.lineTo(wide, bottom + 0.5); ctx.stroke();
    paintDates(ctx, look, height);
  }
  function paintDates(ctx, look, height) {
    ctx.font = '500 10.5px ' + g.FONT; ctx.fillStyle = look.faint; ctx.textBaseline = 'alphabetic'; ctx.textAlign = 'left';
    const s = span();
    let end = -20;
    const put = function (day, text) {
      const left = x(day), w = ctx.measureText(text).width;
      if (left < end + 10 || left + w > wide) return;
      ctx.fillText(text, left, height - 2);
      end = left + w;
    };
    if (days() <= 45) { for (let d = s[0]; d <= s[1]; d++) put(d, d === s[0] || new Date(d * 864e5).getUTCDate() === 1 ? kit.day(d) : String(new Date(d * 864e5).getUTCDate())); return; }
    const long = days() > 1100;
    put(s[0], long ? String(new Date(s[0] * 864e5).getUTCFullYear()) : kit.month(s[0]) + ' ' + new Date(s[0] * 864e5).getUTCFullYear());
    for (let d = s[0] + 1; d <= s[1]; d++) {
      const date = new Date(d * 864e5);
      if (date.getUTCDate() !== 1) continue;
      const january = date.getUTCMonth() === 0;
      if (january) put(d, (long ? '' : 'Jan ') + date.getUTCFullYear()); else if (!long) put(d, kit.month(d));
    }
  }

  function place() {
    const now = g.time.now, left = x(now.from), right = x(now.to + 1), win = $('gm-window'), dated = g.time.stops().length > 0;
    win.hidden = !dated;
    win.style.left = left + 'px';
    win.style.width = Math.max(2, right - left) + 'px';
    [['gm-from', now.from], ['gm-to', now.to]].forEach(function (p) {
      const handle = $(p[0]);
      handle.hidden = !dated;
      handle.style.left = (p[0] === 'gm-from' ? left : Math.max(right, left + 2)) + 'px';
      handle.setAttribute('aria-valuemin', span()[0]); handle.setAttribute('aria-valuemax', span()[1]);
      handle.setAttribute('aria-valuenow', p[1]); handle.setAttribute('aria-valuetext', dated ? kit.day(p[1], true) : 'none');
    });
  }
  function tell() {
    const now = g.time.now, box = kit.clear($('gm-now')), undated = g.time.undatedShown() ? g.time.reports().undated : 0, n = g.time.stops().length ? g.time.counted() : undated;
    $('gm-now').setAttribute('aria-live', g.time.playing() ? 'off' : 'polite');
    kit.add(box, [kit.h('strong', {}, g.time.words()), ' ', kit.h('span', {}, kit.plural(n, 'report') + (undated && g.time.stops().length ? ' + ' + kit.count(undated) + ' undated' : ''))]);
    $('gm-prev').disabled = !g.time.canStep(-1);
    $('gm-next').disabled = !g.time.canStep(1);
    g.time.MODES.forEach(function (m) { $('gm-mode-' + m).setAttribute('aria-pressed', String(m === now.mode)); $('gm-mode-' + m).disabled = !g.time.stops().length; });
    const chip = $('gm-undated');
    chip.hidden = !g.time.reports().undated;
    chip.setAttribute('aria-pressed', String(g.time.undatedShown()));
    const play = $('gm-play'), on = g.time.playing();
    play.setAttribute('aria-label', on ? 'Pause' : 'Play');
    play.classList.toggle('gm-on', on);
    play.disabled = g.time.stops().length < 2;
  }
  const repaint = g.soon(paint);
  function refresh() { place(); tell(); repaint(); }

  // ---- The hand on it ----

  function grab(e) {
    if (e.button || !g.time.stops().length) return;
    const left = box.getBoundingClientRect().left, px = e.clientX - left, day = dayAt(px), now = g.time.now, id = e.target.id;
    let kind = id === 'gm-from' ? 'from' : id === 'gm-to' ? 'to' : 'new';
    // A handle is taken beside its edge: it stays as far from the hand.
    const grip = kind === 'from' ? px - x(now.from) : kind === 'to' ? px - x(now.to + 1) + 1 : 0;
    const whole = now.mode === 'all' || now.from === span()[0] && now.to === span()[1];
    if (kind === 'new' && e.target.closest('#gm-window') && !whole && now.mode !== 'upto' && now.mode !== 'day') kind = 'move';
    dragged = { kind: kind, day: day, from: now.from, to: now.to, px: px, grip: grip, moved: false, mode: now.mode };
    box.setPointerCapture(e.pointerId);
    g.time.pause();
    const handle = kind === 'from' || kind === 'to' ? $('gm-' + kind) : null;
    if (handle) handle.focus({ preventScroll: true });
    e.preventDefault();
  }
  function drag(e) {
    if (!dragged) return;
    const d = dragged, px = e.clientX - box.getBoundingClientRect().left, day = dayAt(px - d.grip), s = span();
    if (!d.moved && Math.abs(px - d.px) < 3) return;
    d.moved = true;
    if (d.mode === 'day' && d.kind === 'new') g.time.set({ mode: 'day', from: day, to: day });
    else if (d.kind === 'from') g.time.set({ mode: 'range', from: Math.min(day, g.time.now.to), to: g.time.now.to });
    else if (d.kind === 'to') g.time.set({ mode: d.mode === 'upto' ? 'upto' : 'range', from: g.time.now.from, to: Math.max(day, d.from) });
    else if (d.kind === 'move') {
      const by = Math.max(s[0] - d.from, Math.min(s[1] - d.to, day - d.day));
      g.time.set({ mode: 'range', from: d.from + by, to: d.to + by });
    } else g.time.set({ mode: 'range', from: Math.min(d.day, day), to: Math.max(d.day, day) });
  }
  function drop() {
    const d = dragged;
    dragged = null;
    if (!d || d.moved) return;
    // A click goes to that day, in the manner of the window.
    if (d.kind === 'new' || d.kind === 'move' || d.mode === 'day') g.time.set(d.mode === 'upto' ? { mode: 'upto', to: d.day } : { mode: 'day', from: d.day, to: d.day });
  }
  function keys(e) {
    if (e.altKey || e.ctrlKey || e.metaKey || e.target.tagName === 'SELECT') return;
    const id = e.target.id, by = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1, PageDown: -30, PageUp: 30 }[e.key];
    if (id === 'gm-from' || id === 'gm-to') {
      const now = g.time.now, s = span(), end = { Home: s[0], End: s[1] }[e.key], day = (id === 'gm-from' ? now.from : now.to) + (by || 0);
      if (!by && end === undefined) return;
      e.preventDefault();
      const to = Math.max(s[0], Math.min(s[1], end === undefined ? day : end));
      if (id === 'gm-from') g.time.set({ mode: 'range', from: Math.min(to, now.to), to: now.to });
      else g.time.set({ mode: now.mode === 'upto' ? 'upto' : 'range', from: now.from, to: Math.max(to, now.from) });
    } else if (e.key === 'ArrowLeft' || e.key === 'ArrowRight') { e.preventDefault(); g.time.pause(); g.time.step(by); }
  }

  g.timeline = {
    start: function () {
      box = $('gm-histogram');
      canvas = kit.h('canvas', { 'aria-hidden': 'true' });
      box.insertBefore(canvas, box.firstChild);
      g.time.MODES.forEach(function (m) {
        kit.add($('gm-modes'), kit.button(MODE_WORDS[m], { id: 'gm-mode-' + m, 'aria-pressed': 'false', title: MODE_TITLES[m] }, function () {
          const now = g.time.now, wasAll = now.mode === 'all', s = span();
          g.time.pause();
          if (m === 'range' && wasAll) g.time.set({ mode: m, from: Math.max(s[0], s[1] - 29), to: s[1] }); else g.time.set({ mode: m });
        }));
      });
      SPEEDS.forEach(function (s) { kit.add($('gm-speed'), kit.h('option', { value: s, selected: s === g.time.speed() }, s + ' / s')); });
      $('gm-speed').addEventListener('change', function (e) { g.time.speed(Number(e.target.value)); });
      $('gm-prev').addEventListener('click', function () { g.time.pause(); g.time.step(-1); });
      $('gm-next').addEventListener('click', function () { g.time.pause(); g.time.step(1); });
      $('gm-play').addEventListener('click', function () { if (g.time.playing()) g.time.pause(); else g.time.play(); });
      kit.add(kit.clear($('gm-undated')), 'Undated: ' + kit.count(g.time.reports().undated));
      $('gm-undated').addEventListener('click', function () { g.time.set({ undated: g.time.undatedShown() ? 'off' : 'on' }); });
      box.addEventListener('pointerdown', grab);
      box.addEventListener('pointermove', drag);
      box.addEventListener('pointerup', drop);
      box.addEventListener('pointercancel', function () { dragged = null; });
      $('gm-timeline').addEventListener('keydown', keys);
      window.addEventListener('resize', refresh);
      g.on('time theme play', refresh);
      wide = box.clientWidth;
      refresh();
      paint();
    },
    refresh: refresh, x: function (day) { wide = box.clientWidth; return x(day + 0.5); }
  };
}(window.geomap));

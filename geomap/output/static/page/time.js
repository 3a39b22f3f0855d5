/* geomap's page: the window of time. Every layer asks here what it may show. */
(function (g) {
  'use strict';

  const kit = g.kit;
  const MODES = ['all', 'upto', 'range', 'day'];
  const now = { mode: 'all', from: 0, to: 0, undated: 'auto' };
  let stops = [], first = 0, last = 0, reports = null, playing = null, speed = 4;

  /** Learn the days: those with reports or a line are where a step stops. */
  function start(articles, lineDays) {
    const days = new Set(lineDays);
    const read = articles.day.slice(0, articles.n);
    read.forEach(function (d) { if (d !== null) days.add(d); });
    stops = Array.from(days).sort(function (a, b) { return a - b; });
    first = stops.length ? stops[0] : 0;
    last = stops.length ? stops[stops.length - 1] : 0;
    reports = { byDay: new Map(), undated: 0 };
    read.forEach(function (d) {
      if (d === null) reports.undated++; else reports.byDay.set(d, (reports.byDay.get(d) || 0) + 1);
    });
    now.from = first; now.to = last;
  }
  function clamp(d) { return Math.max(first, Math.min(last, d)); }

  /** Set the window: {mode, from, to, undated}; days as numbers or ISO text. False when it makes no sense. */
  function set(wanted) {
    const asDay = function (v, otherwise) { return v === undefined || v === null ? otherwise : typeof v === 'number' ? v : kit.fromIso(v); };
    const mode = wanted.mode || now.mode;
    let from = asDay(wanted.from, now.from), to = asDay(wanted.to, now.to);
    if (MODES.indexOf(mode) < 0 || from === null || to === null) return false;
    if (mode === 'day' && wanted.to === undefined && wanted.from !== undefined) to = from;
    from = clamp(from); to = clamp(to);
    if (mode === 'all') { from = first; to = last; }
    if (mode === 'upto') from = first;
    if (mode === 'day') from = to;
    if (from > to) { const swap = from; from = to; to = swap; }
    const undated = wanted.undated || now.undated;
    if (mode === now.mode && from === now.from && to === now.to && undated === now.undated) return true;
    now.mode = mode; now.from = from; now.to = to; now.undated = undated;
    g.emit('time');
    return true;
  }
  /** The day that the window ends on, moved by some stops; null when there is none. */
  function stopAfter(day, by) {
    const i = by > 0 ? kit.lower(stops, day + 1) + by - 1 : kit.lower(stops, day) + by;
    return i >= 0 && i < stops.length ? stops[i] : null;
  }
  /** Go to the next day that has something (1) or the one before (-1); false at the end. */
  function step(by) {
    if (!stops.length) return false;
    if (now.mode === 'all') return by > 0 && set({ mode: 'day', from: first, to: first });
    const to = stopAfter(now.to, by);
    if (to === null) return by < 0 && now.mode === 'day' ? set({ mode: 'all' }) : false;
    if (now.mode === 'range') {
      const width = now.to - now.from;
      return set({ from: Math.max(first, to - width), to: to }); // at the beginning it grows shorter
    }
    return set({ to: to, from: now.mode === 'day' ? to : now.from });
  }
  function canStep(by) {
    if (!stops.length) return false;
    if (now.mode === 'all') return by > 0;
    const to = stopAfter(now.to, by);
    return to !== null || by < 0 && now.mode === 'day';
  }
  function tick() {
    if (!step(1)) { pause(); return; }
    playing = setTimeout(tick, 1000 / speed);
  }
  function play() {
    if (playing || !stops.length) return;
    if (now.mode === 'all') set({ mode: 'upto', to: first });
    else if (!canStep(1)) {
      if (now.mode === 'range') set({ from: first, to: first + now.to - now.from }); else set({ from: first, to: first });
    }
    playing = setTimeout(tick, 1000 / speed);
    g.emit('play');
  }
  function pause() {
    if (playing) clearTimeout(playing);
    playing = null;
    g.emit('play');
  }
  /** Undated reports show with the whole period, or when they are asked for. */
  function undatedShown() {
    return reports.undated > 0 && (now.undated === 'on' || now.undated === 'auto' && (now.mode === 'all' || !stops.length));
  }
  /** The rows of features to show: [from, to) each. */
  function rows() {
    const d = g.data, found = [[kit.lower(d.day, now.from, d.dated), stops.length ? kit.lower(d.day, now.to + 1, d.dated) : 0]];
    if (undatedShown()) found.push([d.dated, d.n]);
    return found;
  }
  function holds(day) { return day === null ? undatedShown() : day >= now.from && day <= now.to; }
  function counted() {
    let n = 0;
    reports.byDay.forEach(function (c, d) { if (d >= now.from && d <= now.to) n += c; });
    return n;
  }
  function words() {
    if (!stops.length) return reports.undated ? 'Undated' : 'No reports';
    if (now.mode === 'all') return first === last ? kit.day(first, true) : 'All dates';
    return now.mode === 'upto' ? 'Up to ' + kit.day(now.to, true) : kit.period(now.from, now.to);
  }

  g.time = {
    MODES: MODES, now: now, start: start, set: set, step: step, canStep: canStep, play: play, pause: pause, rows: rows, holds: holds,
    counted: counted, words: words, undatedShown: undatedShown, playing: function () { return playing !== null; },
    stops: function () { return stops; }, span: function () { return [first, last]; }, reports: function () { return reports; },
    speed: function (value) { if (value) speed = value; return speed; }
  };
}(window.geomap));

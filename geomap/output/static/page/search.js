/* geomap's page: search over places, reports and their sentences. */
(function (g) {
  'use strict';

  const kit = g.kit, h = kit.h, add = kit.add, bdi = kit.bdi, $ = kit.$;
  const MOST = { places: 8, reports: 8, sentences: 12 };
  let found = [], active = -1, waiting = null, folded = null;

  function fold(text) { return text.normalize('NFKD').replace(/[\u0300-\u036f\u02b9\u02bb\u02bc\u2018\u2019'`]/g, '').toLowerCase(); }
  function tables() {
    if (!folded) {
      const s = g.data.spots;
      folded = { names: s.name.map(fold), native: s.native.map(fold), titles: g.data.articles.title.map(fold), sources: g.data.articles.sources.map(fold), sentences: null };
    }
    if (!folded.sentences && g.data.texts) folded.sentences = g.data.texts.sentences.map(fold);
    return folded;
  }
  function look(query) {
    const q = fold(query.trim()), t = tables(), d = g.data, results = { places: [], reports: [], sentences: [] }, more = { places: 0, reports: 0, sentences: 0 };
    if (!q) return null;
    const places = new Map();
    for (let s = 0; s < d.spots.n; s++) {
      if (d.spots.kind[s] === 2) continue;
      const name = t.names[s].indexOf(q), native = t.native[s].indexOf(q);
      if (name < 0 && native < 0) continue;
      const key = d.spots.name[s] + '|' + d.spots.admin1[s] + '|' + Math.round(d.spots.lat[s] * 20) + ',' + Math.round(d.spots.lon[s] * 20);
      const rank = name === 0 || native === 0 ? 0 : 1;
      if (!places.has(key)) places.set(key, { spots: [s], rank: rank }); else places.get(key).spots.push(s);
    }
    results.places = Array.from(places.values()).sort(function (a, b) { return a.rank - b.rank || a.spots[0] - b.spots[0]; });
    for (let a = d.articles.n - 1; a >= 0; a--) if (t.titles[a].indexOf(q) >= 0 || t.sources[d.articles.source[a]].indexOf(q) >= 0) results.reports.push(a);
    if (t.sentences && q.length > 1) {
      const hit = new Set();
      t.sentences.forEach(function (s, i) { if (s.indexOf(q) >= 0) hit.add(i); });
      const told = new Set();
      if (hit.size) for (let i = d.n - 1; i >= 0; i--) {
        const s = d.texts.sentence[i], key = d.article[i] + ' ' + s;
        if (hit.has(s) && !told.has(key)) { told.add(key); results.sentences.push(i); }
      }
    }
    Object.keys(results).forEach(function (k) { more[k] = Math.max(0, results[k].length - MOST[k]); results[k] = results[k].slice(0, MOST[k]); });
    return { results: results, more: more };
  }
  function around(text, query) {
    const at = fold(text).indexOf(fold(query.trim())), chars = Array.from(text), from = Math.max(0, at - 50);
    return (from ? '\u2026' : '') + chars.slice(from, from + 130).join('') + (chars.length > from + 130 ? '\u2026' : '');
  }
  function fill() {
    const input = $('gm-search'), box = kit.clear($('gm-results')), answer = look(input.value);
    found = []; active = -1;
    input.setAttribute('aria-expanded', String(!!answer));
    input.removeAttribute('aria-activedescendant');
    box.hidden = !answer;
    if (!answer) return;
    const group = function (title, key, make) {
      if (!answer.results[key].length) return;
      add(box, h('li', { class: 'gm-day', role: 'presentation' }, title + (answer.more[key] ? ' (' + kit.count(answer.more[key]) + ' more)' : '')));
      answer.results[key].forEach(function (value) {
        const made = make(value), option = h('li', { role: 'option', id: 'gm-option-' + found.length, class: 'gm-option', 'aria-selected': 'false' }, made.words);
        option.addEventListener('mousedown', function (e) { e.preventDefault(); });
        option.addEventListener('click', made.open);
        found.push({ node: option, open: made.open });
        add(box, option);
      });
    };
    const close = function (open) { return function () { hide(); open(); }; };
    group('Places', 'places', function (p) {
      const s = p.spots[0], spots = g.data.spots, where = [spots.admin1[s], kit.country(spots.country[s])].filter(Boolean).join(', ');
      return { words: [bdi(g.named(spots.name[s], spots.native[s])), where ? h('span', { class: 'gm-by' }, bdi(where)) : null], open: close(function () { revealSpots(p.spots); g.select({ spots: p.spots }, { zoom: true }); }) };
    });
    group('Reports', 'reports', function (a) {
      const about = g.article(a);
      return { words: [bdi(about.title), h('span', { class: 'gm-by' }, about.source ? [bdi(about.source), ' \u00b7 '] : null, about.day === null ? 'undated' : kit.day(about.day))], open: close(function () { reveal(about.day); g.select({ article: a }, { zoom: true }); }) };
    });
    group('Sentences', 'sentences', function (i) {
      const f = g.feature(i);
      return { words: [bdi(around(f.sentence, input.value)), h('span', { class: 'gm-by' }, bdi(f.article.title), ' \u00b7 ' + (f.article.day === null ? 'undated' : kit.day(f.article.day)))], open: close(function () { reveal(f.article.day); g.select({ article: f.article.number }, { zoom: true }); }) };
    });
    if (!found.length) add(box, h('li', { class: 'gm-note gm-pad', role: 'presentation' }, g.data.texts ? 'Nothing of that name or text.' : 'No place or report of that name; the texts are still being read.'));
  }
  /** What is found may lie outside the window of time: widen it, so that it can be seen. */
  function reveal(day) {
    const now = g.time.now;
    if (g.time.holds(day)) return;
    if (day === null) g.time.set({ undated: 'on' });
    else if (now.mode === 'day') g.time.set({ from: day, to: day });
    else g.time.set({ from: Math.min(now.from, day), to: Math.max(now.to, day) });
    kit.say('The period was widened: what was found lies outside of it');
  }
  /** A place may be hidden by the window of time, a layer or the confidence asked for. */
  function revealSpots(spots) {
    const seen = function () { const t = g.tally(); return spots.some(function (s) { return t.count[s] > 0; }); };
    if (seen()) return;
    g.filters.change('layers', g.KINDS[g.data.spots.kind[spots[0]]], true);
    if (!seen()) g.filters.least(0);
    if (!seen()) g.time.set({ mode: 'all', undated: 'on' });
    kit.say('Layers or period were widened: what was found was hidden by them');
  }
  function hide() { $('gm-results').hidden = true; $('gm-search').setAttribute('aria-expanded', 'false'); }
  function move(by) {
    if (!found.length) return;
    if (active >= 0) found[active].node.setAttribute('aria-selected', 'false');
    active = (active + by + found.length) % found.length;
    found[active].node.setAttribute('aria-selected', 'true');
    found[active].node.scrollIntoView({ block: 'nearest' });
    $('gm-search').setAttribute('aria-activedescendant', found[active].node.id);
  }
  g.search = {
    start: function () {
      const input = $('gm-search');
      input.addEventListener('input', function () { clearTimeout(waiting); waiting = setTimeout(fill, 120); });
      input.addEventListener('focus', function () { if (input.value) fill(); });
      input.addEventListener('blur', hide);
      input.addEventListener('keydown', function (e) {
        if (e.key === 'ArrowDown' || e.key === 'ArrowUp') { e.preventDefault(); move(e.key === 'ArrowDown' ? 1 : -1); }
        else if (e.key === 'Enter') { e.preventDefault(); clearTimeout(waiting); if ($('gm-results').hidden || !found.length) fill(); if (found.length) found[Math.max(0, active)].open(); }
        else if (e.key === 'Escape') { e.stopPropagation(); if ($('gm-results').hidden) input.value = ''; hide(); }
      });
      g.on('texts', function () { if (folded) folded.sentences = null; if (document.activeElement === input && input.value) fill(); });
    }
  };
}(window.geomap));

/* geomap's page: the panel that a click opens: a place, a region, a report, a stretch of the line. */
(function (g) {
  'use strict';

  const kit = g.kit, h = kit.h, add = kit.add, bdi = kit.bdi, $ = kit.$;
  const PAGE = 25;
  const KIND = { places: 'Place', regions: 'Hinted region', claims: 'Claims', government: 'Government or body', demonym: 'People' };
  let selection = null, opener = null, kept = 0;

  /** Cards a page at a time; `make` gives one for a value. */
  function paged(values, make) {
    const wanted = kept;
    const list = h('ul', { class: 'gm-cards' }), more = kit.button('', { class: 'gm-more' }, function () { page(); });
    let shown = 0;
    function page() {
      values.slice(shown, shown + PAGE).forEach(function (v) { add(list, make(v)); });
      kept = shown += PAGE;
      more.hidden = shown >= values.length;
      add(kit.clear(more), 'Show ' + Math.min(PAGE, values.length - shown) + ' more of ' + kit.count(values.length - shown));
    }
    do page(); while (shown < wanted && shown < values.length);
    return [list, more];
  }
  function head(kicker, title, lines) {
    return [h('p', { class: 'gm-kicker' }, kicker), h('h2', { id: 'gm-panel-title', tabindex: '-1' }, title), (lines || []).filter(Boolean).map(function (l) { return h('p', { class: 'gm-where' }, l); })];
  }
  function coordinates(lat, lon) {
    const plain = kit.decimalDegrees(lat, lon), dms = kit.dms(lat, lon);
    return h('div', { class: 'gm-coords' }, h('p', {}, plain + ' ', kit.button('Copy', { class: 'gm-link', 'aria-label': 'Copy coordinates in degrees' }, function () { kit.copy(plain, 'Coordinates'); })),
      h('p', {}, dms + ' ', kit.button('Copy', { class: 'gm-link', 'aria-label': 'Copy coordinates in degrees, minutes, seconds' }, function () { kit.copy(dms, 'Coordinates'); })));
  }
  /** The shown rows of some spots, the newest first, the undated last. */
  function rowsOf(spots) {
    const d = g.data, wanted = new Set(spots), found = [];
    g.time.rows().forEach(function (r) { for (let i = r[0]; i < r[1]; i++) if (d.spot[i] >= 0 && wanted.has(d.spot[i]) && g.passes(i)) found.push(i); });
    const rank = function (i) { const day = d.articles.day[d.article[i]]; return day === null ? -1e9 : day; };
    return found.sort(function (a, b) { return rank(b) - rank(a) || a - b; });
  }
  function sourcesWords(rows) {
    const d = g.data, sources = new Set(rows.map(function (i) { return d.articles.source[d.article[i]]; }));
    return sources.size === 1 ? h('span', { class: 'gm-tag gm-single' }, 'Single source') : h('span', { class: 'gm-tag' }, kit.plural(sources.size, 'source'));
  }
  function otherName(s) {
    const spots = g.data.spots, other = g.names.script() === 'cyrillic' ? spots.name[s] : spots.native[s];
    return other && other !== g.named(spots.name[s], spots.native[s]) ? bdi(other) : null;
  }
  function ofSpots(members) {
    const spots = g.data.spots, s = members[0], kind = g.KINDS[spots.kind[s]], rows = rowsOf(members);
    const where = [spots.admin1[s], kit.country(spots.country[s])].filter(function (x) { return x && x !== spots.name[s]; }).join(', ');
    const noun = kind === 'claims' ? 'claim' : 'mention';
    const parts = head([KIND[kind] + ' \u00b7 ' + kit.plural(rows.length, noun) + ' ', rows.length ? sourcesWords(rows) : null], bdi(g.named(spots.name[s], spots.native[s]) || 'A place'),
      [otherName(s), where ? bdi(where) : null, kind === 'places' ? g.words.precision(spots.precision[s], spots.radius_km[s]) : null]);
    parts.push(coordinates(spots.lat[s], spots.lon[s]));
    if (members.length > 1) parts.push(h('details', { class: 'gm-near' }, h('summary', {}, 'Chosen together with ' + kit.plural(members.length - 1, 'place') + ' near it'),
      h('ul', { class: 'gm-rows' }, members.slice(0, 60).map(function (m) {
        return h('li', {}, kit.button([bdi(g.named(spots.name[m], spots.native[m]) || 'A place'), h('span', { class: 'gm-count' }, kit.count(g.tally().count[m]))], { class: 'gm-row' },
          function () { g.select({ spots: [m] }, { zoom: true }); }));
      }), members.length > 60 ? h('li', { class: 'gm-note' }, 'and ' + (members.length - 60) + ' more') : null)));
    if (!rows.length) parts.push(h('p', { class: 'gm-note gm-pad' }, 'Nothing of it lies in the period and layers that are shown.'));
    return parts.concat(paged(rows, function (i) { return g.card(i, members.length > 1 && kind !== 'claims'); }));
  }
  function ofRegion(row) {
    const f = g.feature(row), of = g.data.regions.of(f.region);
    const parts = head(KIND.regions, bdi(f.told.text || 'A hinted region'), [f.told.locates ? ['Locates ', bdi(f.told.locates)] : null, of.core ? 'Nine tenths sure within the dashed edge, half within the core' : 'Nine tenths sure within the dashed edge']);
    parts.push(coordinates(g.latOf(of.y), g.lonOf(of.x)));
    const d = g.data, rows = [];
    g.time.rows().forEach(function (r) { for (let i = r[0]; i < r[1]; i++) if (d.region[i] === f.region && g.passes(i)) rows.push(i); });
    if (rows.indexOf(row) < 0) rows.push(row);
    return parts.concat(paged(rows.reverse(), function (i) { return g.card(i); }));
  }
  function ofArticle(a) {
    const about = g.article(a), d = g.data, rows = [];
    for (let i = d.first[a]; i >= 0 && i < d.last[a]; i++) if (d.article[i] === a) rows.push(i);
    const placed = rows.filter(function (i) { return d.spot[i] >= 0 || d.region[i] >= 0; }).length;
    const parts = head('Report \u00b7 ' + (about.day === null ? 'undated' : kit.day(about.day, true)), bdi(about.title), [about.source ? bdi(about.source) : null]);
    const url = kit.safeUrl(about.url);
    if (url) parts.push(h('p', { class: 'gm-source' }, h('a', { href: url, rel: 'noopener noreferrer', target: '_blank' }, 'Open the original')));
    else if (about.url) parts.push(h('p', { class: 'gm-source' }, 'Address as given: ', bdi(about.url)));
    if (!g.time.holds(about.day)) parts.push(h('p', { class: 'gm-note gm-pad' }, 'It lies outside the period that is shown.'));
    parts.push(h('p', { class: 'gm-where' }, rows.length ? kit.plural(placed, 'mark') + ' on the map' + (rows.length > placed ? ', ' + (rows.length - placed) + ' not placed' : '') : 'It names no place that was found.'));
    return parts.concat(paged(rows, function (i) {
      const card = g.card(i, true, true);
      if (d.spot[i] >= 0) add(card.querySelector('.gm-actions'), kit.button('Show on the map', { class: 'gm-link' }, function () { g.show({ spots: [d.spot[i]] }); }));
      return card;
    }));
  }
  function evidenceCard(e) {
    const t = g.data.texts, about = g.article(e.article);
    return h('li', { class: 'gm-card' },
      h('p', { class: 'gm-claim' }, h('strong', {}, bdi(e.place || 'A place')), e.wording ? [': ', bdi(e.wording)] : null,
        e.signed_km === undefined ? null : h('span', { class: 'gm-thin' }, ' \u00b7 so the line lies about ' + kit.decimal(Math.abs(e.signed_km)) + ' km away')),
      e.sentence !== undefined && t ? h('p', { class: 'gm-sentence', dir: 'auto' }, t.sentences[e.sentence]) : null,
      e.doubted ? h('p', { class: 'gm-sub' }, 'Other evidence contradicts it.') : null, g.words.sourceLine(about));
  }
  function ofPiece(hit) {
    const data = g.front.data(), piece = hit.piece, day = data.dates[hit.at], evidence = piece.evidence || [], facts = h('dl', { class: 'gm-facts' }), fact = g.words.fact;
    const parts = head('Line of contact' + (evidence.length ? ' \u00b7 ' + kit.plural(evidence.length, 'claim behind it', 'claims behind it') : ''), 'Line of contact' + (day === null ? '' : ', ' + kit.day(day)));
    fact(facts, 'Status', g.front.styleOf(piece.status).words);
    fact(facts, 'Source', piece.source ? bdi(piece.source) : null);
    fact(facts, 'Confidence', piece.confidence === undefined || piece.confidence === null ? null : g.words.confidence(piece.confidence));
    fact(facts, 'Uncertain within', piece.band_km ? 'a band ' + kit.decimal(piece.band_km) + ' km wide (80 %)' : null);
    fact(facts, 'Length', piece.km ? kit.km(piece.km) + ' (' + kit.miles(piece.km) + ')' : null);
    parts.push(h('div', { class: 'gm-pad' }, facts));
    if (g.front.current().at !== hit.at && !hit.reference) parts.push(h('p', { class: 'gm-note gm-pad' }, 'The map now shows the line of another date.'));
    return parts.concat(paged(evidence, function (n) { return evidenceCard(data.evidence[n]); }));
  }
  function ofSeed(seed) {
    return head('Seed town', bdi(seed.name || 'Seed town')).concat([h('p', { class: 'gm-where gm-seed' }, 'Its holder is declared, not read: ', seed.party ? ['held by ', bdi(seed.party)] : 'holder not told', seed.since ? ' since ' + (kit.fromIso(seed.since) === null ? seed.since : kit.day(kit.fromIso(seed.since))) : null,
      seed.as_of ? ', as of ' + (kit.fromIso(seed.as_of) === null ? seed.as_of : kit.day(kit.fromIso(seed.as_of))) : null, seed.source ? ['. Source: ', bdi(seed.source)] : null), coordinates(seed.lat, seed.lon)]);
  }
  let filled = '';
  /** What of the window and the filters the panel hangs on. */
  function key() {
    const d = g.data, rows = [];
    if (selection.spots) return rowsOf(selection.spots).join();
    if (selection.row !== undefined) g.time.rows().forEach(function (r) { for (let i = r[0]; i < r[1]; i++) if (d.region[i] === d.region[selection.row] && g.passes(i)) rows.push(i); });
    if (selection.piece) return String(g.front.current().at === selection.at);
    return selection.article !== undefined ? String(g.time.holds(d.articles.day[selection.article])) : rows.join();
  }
  /** Time or filters have changed: the panel is made anew only when that changes what it says, for somebody may be reading it. */
  function follow() { if (selection && key() !== filled) fill(); }
  function fill() {
    if (!selection) return;
    const body = $('gm-panel-body'), top = body.scrollTop, held = body.contains(document.activeElement) ? document.activeElement : null, card = held && held.closest('.gm-card');
    const stops = function (node) { return Array.from(node.querySelectorAll('button, a, summary')); }, near = body.querySelector('.gm-near');
    const place = card ? [card.getAttribute('data-row'), stops(card).indexOf(held)] : null, nearOpen = near && near.open;
    const open = Array.from(body.querySelectorAll('.gm-card')).filter(function (c) { const why = c.querySelector('.gm-why'); return why && why.open; }).map(function (c) { return c.getAttribute('data-row'); });
    filled = key();
    kit.clear(body);
    if (!g.data.texts) { add(body, h('p', { class: 'gm-note gm-pad' }, 'Reading the texts\u2026')); return; }
    add(body, selection.spots ? ofSpots(selection.spots) : selection.article !== undefined ? ofArticle(selection.article) : selection.row !== undefined ? ofRegion(selection.row)
      : selection.seed ? ofSeed(selection.seed) : ofPiece(selection));
    body.querySelectorAll('.gm-card').forEach(function (c) { if (open.indexOf(c.getAttribute('data-row')) >= 0) c.querySelector('.gm-why').open = true; });
    body.scrollTop = top;
    if (nearOpen && body.querySelector('.gm-near')) body.querySelector('.gm-near').open = true;
    if (!held) return;
    const again = place && body.querySelector('.gm-card[data-row="' + place[0] + '"]');
    (again && stops(again)[place[1]] || body).focus({ preventScroll: true });
  }
  /** Open something in the panel: {spots}, {article}, {row} (a hint), a stretch of the line, {seed}; null closes it. */
  g.select = function (what, how) {
    const panel = $('gm-panel'), was = selection;
    selection = what;
    kept = 0;
    if (what && !was) opener = document.activeElement;
    if (what && kit.phone() && g.side.open()) g.side.toggle(false);
    panel.hidden = !what;
    document.body.classList.toggle('gm-reading', !!what);
    g.attention.choose(what && (what.spots || what.article !== undefined || what.row !== undefined) ? what : null);
    if (what) {
      fill();
      $('gm-panel-body').scrollTop = 0;
      if (how && how.zoom) g.show(what);
      const title = $('gm-panel-title');
      if (title && !(how && how.quiet)) title.focus({ preventScroll: true });
    } else if (was && opener) {
      // The row that it was opened from may have been made anew since.
      const key = opener.getAttribute('data-key'), back = document.contains(opener) ? opener : key && g.lists.rowOf(key);
      (back || g.marks.map().getContainer()).focus({ preventScroll: true });
      opener = null;
    }
    g.emit('select', what);
  };
  /** Bring something into view, beside the panel. */
  g.show = function (what) {
    const map = g.marks.map(), d = g.data, at = [];
    if (what.spots) what.spots.forEach(function (s) { at.push([d.spots.lat[s], d.spots.lon[s]]); });
    else if (what.row !== undefined) { const of = d.regions.of(d.region[what.row]); at.push([g.latOf(of.y), g.lonOf(of.x)]); }
    else if (what.article !== undefined) {
      for (let i = d.first[what.article]; i >= 0 && i < d.last[what.article]; i++) {
        if (d.article[i] === what.article && d.kind[i] === 0 && d.spot[i] >= 0 && ['country', 'admin1'].indexOf(d.spots.precision[d.spot[i]]) < 0) at.push([d.spots.lat[d.spot[i]], d.spots.lon[d.spot[i]]]);
      }
    }
    if (!at.length) return;
    const wide = what.spots && ['country', 'admin1'].indexOf(d.spots.precision[what.spots[0]]) >= 0;
    map.fitBounds(L.latLngBounds(at), Object.assign({ maxZoom: wide ? 6 : Math.max(9.5, Math.min(map.getZoom(), 12)), animate: false }, g.room()));
  };
  /** Move the map so far that a point is not under the panel. */
  g.uncover = function (lat, lon) { g.marks.map().panInside([lat, lon], Object.assign({ animate: false }, g.room())); };
  /** What of the map lies under other things, as Leaflet's padding. */
  g.room = function () {
    const panel = $('gm-panel'), open = !panel.hidden;
    if (kit.phone()) return { paddingTopLeft: [30, 30], paddingBottomRight: [30, open ? panel.offsetHeight + 20 : 40] };
    return { paddingTopLeft: [60, 40], paddingBottomRight: [open ? panel.offsetWidth + 40 : 50, 50] };
  };
  g.panel = {
    start: function () {
      $('gm-close').addEventListener('click', function () { g.select(null); });
      g.on('time layers', follow);
      g.on('texts script', fill);
    },
    selection: function () { return selection; }
  };
}(window.geomap));

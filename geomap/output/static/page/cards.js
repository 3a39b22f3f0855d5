/* geomap's page: what a feature says, in words: a card with its sentence, its source and why it stands where it does. */
(function (g) {
  'use strict';

  const kit = g.kit, h = kit.h, add = kit.add, bdi = kit.bdi;
  const WINDS = {
    N: 'north', NNE: 'north-north-east', NE: 'north-east', ENE: 'east-north-east', E: 'east', ESE: 'east-south-east',
    SE: 'south-east', SSE: 'south-south-east', S: 'south', SSW: 'south-south-west', SW: 'south-west', WSW: 'west-south-west',
    W: 'west', WNW: 'west-north-west', NW: 'north-west', NNW: 'north-north-west'
  };
  const PRECISION = {
    exact: 'an exact point', settlement: 'a settlement', hromada: 'a hromada', raion: 'a raion', admin1: 'a province',
    country: 'a country', estimated: 'estimated', hint: 'placed by a hint'
  };
  const RELATION = {
    near: 'near', in_or_near: 'in or near', within: 'within', part: 'a part of', direction: 'in a direction from',
    distance: 'at a distance from', distance_direction: 'at a distance and direction from', between: 'between',
    along: 'along', toward: 'toward', front_distance: 'at a distance from the front', outskirts: 'on the outskirts of',
    opposite: 'opposite', bank: 'on the bank of', border: 'at the border of', border_distance: 'at a distance from the border of'
  };
  // What was done: [done, to do, word before the place].
  const ACTIONS = {
    'captured': ['captured', 'capture', ''], 'encircled': ['encircled', 'encircle', ''], 'liberated': ['liberated', 'liberate', ''],
    'withdrawn': ['withdrew', 'withdraw', 'from'], 'withdrew': ['withdrew', 'withdraw', 'from'], 'retreated': ['retreated', 'retreat', 'from'],
    'repelled attack': ['repelled an attack', 'repel an attack', 'at'], 'repelled': ['repelled an attack', 'repel an attack', 'at'],
    'attacked': ['attacked', 'attack', ''], 'advanced': ['advanced', 'advance', 'at'], 'shelled': ['shelled', 'shell', ''],
    'struck': ['struck', 'strike', ''], 'entered': ['entered', 'enter', ''], 'held': ['held', 'hold', ''], 'holds': ['holds', 'hold', ''],
    'lost': ['lost', 'lose', ''], 'fought': ['fought', 'fight', 'at'], 'controlled': ['controlled', 'control', ''], 'counterattacked': ['counterattacked', 'counterattack', 'at']
  };
  const SAID = {
    stated: 'stated by the report itself', claimed: 'claimed', confirmed: 'confirmed', denied: 'denied', planned: 'planned, not done', failed: 'tried, and failed'
  };

  function wind(letters) { return kit.has(WINDS, letters) ? WINDS[letters] : ''; }
  function sentence(f) {
    if (!f.sentence) return null;
    const p = h('p', { class: 'gm-sentence', dir: 'auto' });
    if (!f.mark) { add(p, f.sentence); return p; }
    const chars = Array.from(f.sentence);
    add(p, [chars.slice(0, f.mark[0]).join(''), h('mark', {}, chars.slice(f.mark[0], f.mark[1]).join('')), chars.slice(f.mark[1]).join('')]);
    return p;
  }
  function claimText(f) {
    const t = f.told, a = kit.has(ACTIONS, f.action) ? ACTIONS[f.action] : [f.action || 'acted', null, 'at'], does = a[1] || '"' + a[0] + '"';
    let verb = f.modality === 'failed' ? 'failed to ' + does : f.modality === 'planned' ? 'plans to ' + does : f.negated ? 'did not ' + (a[1] ? a[1] : does) : a[0];
    if (f.modality === 'planned' && f.negated) verb = 'does not plan to ' + does;
    let where = '';
    if (t.name) {
      const part = wind(t.part) ? 'the ' + wind(t.part) + ' of ' : '', side = wind(t.direction) ? wind(t.direction) + 'ern ' : '';
      const before = t.relation === 'outskirts' ? 'on the ' + side + 'outskirts of' : t.relation === 'bank' ? 'on the ' + side + 'bank of'
        : ['near', 'in_or_near', 'opposite', 'border'].indexOf(t.relation) >= 0 ? RELATION[t.relation]
        : t.relation === 'direction' && wind(t.direction) ? wind(t.direction) + ' of' : a[2];
      where = ' ' + (before ? before + ' ' : '') + part;
    }
    const tail = t.marked_false ? ' (marked false)' : f.modality === 'denied' ? ' (denied)' : f.modality === 'confirmed' ? ' (confirmed)' : f.modality === 'claimed' && !t.attribution ? ' (claimed)' : '';
    return { verb: verb + where, tail: tail };
  }
  function claimWords(f) {
    const words = claimText(f), swatch = h('span', { class: 'gm-swatch', 'aria-hidden': 'true' });
    swatch.style.backgroundColor = g.partyColour(f.actor);
    return h('p', { class: 'gm-claim' }, swatch, h('strong', {}, bdi(f.actor || 'Someone')), ' ' + words.verb, f.told.name ? bdi(f.told.name) : null, words.tail,
      f.told.attribution ? [' \u2013 said by ', bdi(f.told.attribution)] : null);
  }
  function hintWords(t) {
    const bits = [];
    if (t.distance_km !== undefined) bits.push(kit.km(t.distance_km) + ' (' + kit.miles(t.distance_km) + ')');
    if (t.direction) bits.push(wind(t.direction) || t.direction);
    return bits.join(', ');
  }
  function confidenceWords(c) { return kit.level(c) + ' confidence, ' + c.toFixed(2); }
  function precisionWords(precision, radius) {
    if (!precision) return null;
    return 'Known as ' + (kit.has(PRECISION, precision) ? PRECISION[precision] : precision) + (radius ? ', within about ' + kit.km(radius) + ' (' + kit.miles(radius) + ')' : '');
  }
  /** One line that names the sentence and where it stands: for a footnote. */
  function citation(f) {
    const a = f.article, bits = ['\u201c' + (f.sentence || f.told.text || '') + '\u201d', a.title + (a.source ? ' (' + a.source + ')' : ''), a.day === null ? 'undated' : kit.day(a.day)];
    const url = kit.safeUrl(a.url);
    if (url) bits.push(url);
    const at = f.start >= 0 ? ', character ' + f.start : '';
    return bits.join(', ') + ' [' + a.id + at + ']';
  }
  function sourceLine(a) {
    const url = kit.safeUrl(a.url);
    return h('p', { class: 'gm-source' }, url ? h('a', { href: url, rel: 'noopener noreferrer', target: '_blank' }, bdi(a.title)) : bdi(a.title),
      a.source ? [' \u00b7 ', bdi(a.source)] : null, ' \u00b7 ', h('span', { class: 'gm-nowrap' }, a.day === null ? 'undated report' : kit.day(a.day)));
  }
  function fact(list, name, value) { if (value !== null && value !== undefined && value !== '') add(list, [h('dt', {}, name), h('dd', {}, value)]); }
  function facts(f) {
    const list = h('dl', { class: 'gm-facts' }), t = f.told;
    fact(list, 'Happened', t.event_date && kit.fromIso(t.event_date) !== null ? kit.day(kit.fromIso(t.event_date), true) : t.event_date ? bdi(t.event_date) : null);
    if (f.kind === 'regions') {
      const azimuth = g.data.regions.azimuth[f.region], measured = g.data.regions.measured[f.region];
      fact(list, 'Relation', t.relation ? (kit.has(RELATION, t.relation) ? RELATION[t.relation] : bdi(t.relation)) : null);
      fact(list, 'As the text says', hintWords(t));
      fact(list, 'Measured from', t.anchors && t.anchors.length ? bdi(t.anchors.join('; ')) : null);
      if (f.region >= 0 && azimuth !== null && azimuth !== undefined) fact(list, 'Likeliest point', 'azimuth ' + azimuth + '\u00b0' + (measured ? ', ' + kit.km(measured) + ' (' + kit.miles(measured) + ')' : '') + ' from there');
      fact(list, 'Locates', t.locates ? bdi(t.locates) : null);
    } else if (f.kind === 'claims') fact(list, 'Standing', t.marked_false ? bdi(t.marked_false) : SAID[f.modality] + (f.negated ? '; said not to be so' : ''));
    else {
      fact(list, 'Written as', t.text && t.text !== t.name ? bdi(t.text) : null);
      if (t.body) fact(list, 'Meant as', 'a government or body, not the ground');
      fact(list, 'Precision', t.status === 'refused' ? null : precisionWords(t.precision, t.radius_km));
    }
    if (!kit.safeUrl(f.article.url) && f.article.url) fact(list, 'Address as given', bdi(f.article.url));
    return list.firstChild ? list : null;
  }
  function why(f) {
    const reasons = f.told.reasons || [], runners = f.told.runners_up || [];
    if (!reasons.length && !runners.length) return null;
    return h('details', { class: 'gm-why' }, h('summary', {}, f.kind === 'regions' || f.kind === 'claims' ? 'Why' : 'Why this place'),
      reasons.length ? h('ul', {}, reasons.map(function (r) { return h('li', {}, bdi(r)); })) : null,
      runners.length ? [h('p', { class: 'gm-sub' }, 'It could also be'), h('ul', {}, runners.map(function (r) {
        return h('li', {}, bdi([r.name, r.admin1, kit.country(r.country)].filter(Boolean).join(', ')), r.score === null || r.score === undefined ? null : ' (' + Number(r.score).toFixed(2) + ')');
      }))] : null);
  }
  /** The card of a feature, as a list item; `named` puts what it is about on top, `bare` leaves the article out. */
  g.card = function (i, named, bare) {
    const f = g.feature(i), node = h('li', { class: 'gm-card', 'data-row': i });
    if (f.kind === 'claims') add(node, claimWords(f));
    else if (named) add(node, h('p', { class: 'gm-claim' }, h('strong', {}, bdi(f.told.name || f.told.text || 'Unnamed')), f.kind === 'regions' ? ' (hint)' : f.told.status === 'refused' ? ' (not placed)' : null));
    add(node, sentence(f));
    if (!bare) add(node, sourceLine(f.article));
    if (f.confidence !== null) {
      const bar = h('i'), words = h('p', { class: 'gm-conf gm-' + kit.level(f.confidence) }, h('span', { class: 'gm-meter', 'aria-hidden': 'true' }, bar), h('span', {}, confidenceWords(f.confidence), f.told.status === 'hinted' && f.kind !== 'regions' ? ' \u00b7 placed by a hint in the text' : null));
      bar.style.width = Math.round(100 * Math.max(0, Math.min(1, f.confidence))) + '%';
      add(node, words);
    }
    add(node, facts(f));
    add(node, why(f));
    add(node, h('p', { class: 'gm-actions' }, kit.button('Copy citation', { class: 'gm-link' }, function () { kit.copy(citation(f), 'Citation'); }),
      bare ? null : kit.button('Open the report', { class: 'gm-link' }, function () { g.select({ article: f.article.number }); })));
    node.addEventListener('mouseenter', function () { g.attention.hover({ row: i }); });
    node.addEventListener('mouseleave', function () { g.attention.hover(null); });
    return node;
  };
  g.words = { WINDS: WINDS, PRECISION: PRECISION, ACTIONS: ACTIONS, citation: citation, confidence: confidenceWords, precision: precisionWords, sourceLine: sourceLine, fact: fact, claim: claimText };
}(window.geomap));

/* geomap's page: what of the reports is shown beside the time: layers, parties, actions, confidence. */
(function (g) {
  'use strict';

  const LAYERS = [
    { key: 'places', label: 'Places', on: true },
    { key: 'regions', label: 'Hinted regions', on: true },
    { key: 'claims', label: 'Claims', on: true },
    { key: 'government', label: 'Governments and bodies', on: false },
    { key: 'demonym', label: 'Peoples', on: false },
    { key: 'contact', label: 'Line of contact', on: true, front: true },
    { key: 'band', label: 'Where the line may run', on: true, front: true },
    { key: 'control', label: 'Ground held', on: true, front: true },
    { key: 'movement', label: 'Ground gained in the period', on: true, front: true },
    { key: 'references', label: 'Reference lines', on: false, front: true },
    { key: 'seeds', label: 'Seed towns', on: true, front: true }
  ];
  const shown = { layers: {}, actors: Object.create(null), actions: Object.create(null), least: 0 };
  const standard = {};
  const UNKNOWN = 500; // the confidence (thousandths) of what says none: it is drawn as middling

  function start(data, front) {
    // Regions of many hints would lie over the line: where there is one they wait to be asked for.
    LAYERS.forEach(function (l) { standard[l.key] = shown.layers[l.key] = l.on && !(front && l.key === 'regions'); });
    data.actors.forEach(function (a) { shown.actors[a] = true; });
    data.actions.forEach(function (a) { shown.actions[a] = true; });
  }
  function change(group, key, on) {
    if (shown[group][key] === on) return;
    shown[group][key] = on;
    g.emit('layers');
  }

  // ---- Counting: one walk over the features of the window ----

  let tally = null;
  function fresh(d) {
    return {
      count: new Int32Array(d.spots.n), best: new Int16Array(d.spots.n), newest: new Int32Array(d.spots.n), source: new Int32Array(d.spots.n),
      several: new Uint8Array(d.spots.n), said: new Uint8Array(d.spots.n), regions: new Int32Array(d.regions.n), regionBest: new Int16Array(d.regions.n),
      actors: new Int32Array(d.actors.length), actions: new Int32Array(d.actions.length),
      placed: new Int32Array(g.KINDS.length), unplaced: 0
    };
  }
  /** What was said of a claim, as bits: stated by a report or claimed by somebody (1), confirmed (2), denied or not so (4), planned or failed (8). */
  function bitsOf(claim) {
    if (claim[3] || claim[2] === 'denied') return 4;
    return claim[2] === 'confirmed' ? 2 : claim[2] === 'planned' || claim[2] === 'failed' ? 8 : 1;
  }
  /**
   * Count what the window shows. `count` is the number of features at each spot, `best` its highest confidence (thousandths), `newest` the row of
   * its newest feature, `several` whether more than one source tells of it; `regions` the row of each region's newest hint, -1 for those not shown.
   */
  function run() {
    const d = g.data, t = tally || (tally = fresh(d)), bits = t.bits || (t.bits = Uint8Array.from(d.claims, bitsOf));
    const actorOn = d.actors.map(function (a) { return shown.actors[a]; }), actionOn = d.actions.map(function (a) { return shown.actions[a]; });
    const kindOn = g.KINDS.map(function (k) { return shown.layers[k]; }), least = shown.least * 1000, sources = d.articles.source;
    t.count.fill(0); t.best.fill(-1); t.newest.fill(-1); t.source.fill(-1); t.several.fill(0); t.said.fill(0); t.regions.fill(-1); t.regionBest.fill(-1);
    t.placed.fill(0); t.actors.fill(0); t.actions.fill(0); t.unplaced = 0;
    g.time.rows().forEach(function (rows) {
      for (let i = rows[0]; i < rows[1]; i++) {
        const k = d.kind[i], c = d.claim[i], s = d.spot[i], r = d.region[i], sure = d.confidence[i];
        if (s < 0 && r < 0) { t.unplaced++; continue; }
        if ((sure < 0 ? UNKNOWN : sure) < least) continue;
        t.placed[k]++;
        if (c >= 0) {
          const actor = d.claimActor[c], action = d.claimAction[c];
          t.actors[actor]++; t.actions[action]++;
          if (!actorOn[actor] || !actionOn[action]) continue;
        }
        if (!kindOn[k]) continue;
        if (s >= 0) {
          const source = sources[d.article[i]];
          if (t.count[s]++ === 0) t.source[s] = source; else if (t.source[s] !== source) t.several[s] = 1;
          t.best[s] = Math.max(t.best[s], sure < 0 ? UNKNOWN : sure);
          t.newest[s] = i;
          if (c >= 0) t.said[s] |= bits[c];
        } else {
          t.regions[r] = i;
          if (sure > t.regionBest[r]) t.regionBest[r] = sure;
        }
      }
    });
    return t;
  }
  let stale = true;
  g.on('time layers', function () { stale = true; });
  g.tally = function () { if (stale) { run(); stale = false; } return tally; };

  /** Say whether a feature passes the filters, the time included. */
  g.passes = function (i) {
    const d = g.data, c = d.claim[i];
    if (!shown.layers[g.KINDS[d.kind[i]]] || !g.time.holds(d.articles.day[d.article[i]])) return false;
    if ((d.confidence[i] < 0 ? UNKNOWN : d.confidence[i]) < shown.least * 1000) return false;
    return c < 0 || shown.actors[d.claims[c][0]] && shown.actions[d.claims[c][1]];
  };
  g.filters = {
    LAYERS: LAYERS, shown: shown, standard: standard, start: start, change: change,
    least: function (value) { if (value !== shown.least) { shown.least = value; g.emit('layers'); } }
  };
}(window.geomap));

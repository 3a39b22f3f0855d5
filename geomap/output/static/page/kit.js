/* geomap's page: making elements, writing days, distances and doubt in words, telling of changes.
   Texts of articles only ever become text nodes. */
window.geomap = {};
(function (g) {
  'use strict';

  const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  const DAY_MS = 86400000;

  const kit = g.kit = {
    $: function (id) { return document.getElementById(id); },
    /** Make an element; strings become text nodes, attributes go through setAttribute. */
    h: function (tag, attributes) {
      const node = document.createElement(tag);
      Object.keys(attributes || {}).forEach(function (k) {
        const v = attributes[k];
        if (v === null || v === undefined || v === false) return;
        if (k === 'on') Object.keys(v).forEach(function (e) { node.addEventListener(e, v[e]); });
        else node.setAttribute(k, v === true ? '' : v);
      });
      for (let i = 2; i < arguments.length; i++) kit.add(node, arguments[i]);
      return node;
    },
    add: function (node, child) {
      if (child === null || child === undefined || child === false) return;
      if (Array.isArray(child)) child.forEach(function (c) { kit.add(node, c); });
      else node.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
    },
    /** Words from outside: isolated, so that right-to-left marks in them stay in them. */
    bdi: function (text) { return kit.h('bdi', {}, text); },
    clear: function (node) { while (node.firstChild) node.removeChild(node.firstChild); return node; },
    button: function (label, attributes, run) {
      return kit.h('button', Object.assign({ type: 'button', on: { click: run } }, attributes), label);
    },

    count: function (n) { return n.toLocaleString('en'); },
    plural: function (n, one, many) { return kit.count(n) + ' ' + (n === 1 ? one : many || one + 's'); },
    decimal: function (value) { return Number(value).toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 }); },
    km: function (value) { return kit.decimal(value) + ' km'; },
    miles: function (value) { return kit.decimal(value / 1.609344) + ' mi'; },

    /** Days are whole numbers since 1970-01-01. */
    fromIso: function (text) {
      const p = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text || '');
      if (!p) return null;
      const n = Date.UTC(+p[1], +p[2] - 1, +p[3]) / DAY_MS;
      return kit.iso(n) === text ? n : null;
    },
    iso: function (n) { return new Date(n * DAY_MS).toISOString().slice(0, 10); },
    day: function (n, weekday) {
      const d = new Date(n * DAY_MS);
      return (weekday ? WEEKDAYS[d.getUTCDay()] + ' ' : '') + d.getUTCDate() + ' ' + MONTHS[d.getUTCMonth()] + ' ' + d.getUTCFullYear();
    },
    month: function (n) { return MONTHS[new Date(n * DAY_MS).getUTCMonth()]; },
    period: function (from, to) {
      if (from === to) return kit.day(from, true);
      const a = new Date(from * DAY_MS), b = new Date(to * DAY_MS);
      const year = a.getUTCFullYear() === b.getUTCFullYear() ? '' : ' ' + a.getUTCFullYear();
      return a.getUTCDate() + ' ' + MONTHS[a.getUTCMonth()] + year + ' \u2013 ' + kit.day(to);
    },

    level: function (confidence) { return confidence >= 0.8 ? 'high' : confidence >= 0.5 ? 'medium' : 'low'; },
    safeUrl: function (url) {
      if (!/^https?:\/\//i.test(url || '')) return null;
      try { const u = new URL(url); return u.protocol === 'http:' || u.protocol === 'https:' ? u.href : null; } catch (e) { return null; }
    },
    decimalDegrees: function (lat, lon) { return lat.toFixed(5) + ', ' + lon.toFixed(5); },
    dms: function (lat, lon) {
      const one = function (value, letters) {
        const all = Math.round(Math.abs(value) * 3600), two = function (n) { return (n < 10 ? '0' : '') + n; };
        return Math.floor(all / 3600) + '\u00b0' + two(Math.floor(all / 60) % 60) + '\u2032' + two(all % 60) + '\u2033' + letters[value < 0 ? 1 : 0];
      };
      return one(lat, 'NS') + ' ' + one(lon, 'EW');
    },
    /** Put a text into the clipboard and say so. */
    copy: function (text, what) {
      const said = function () { kit.say(what + ' copied'); };
      const byHand = function () {
        const box = kit.h('textarea', { class: 'gm-away', 'aria-hidden': 'true', tabindex: '-1' });
        box.value = text;
        document.body.appendChild(box);
        const back = document.activeElement;
        box.select();
        const done = document.execCommand('copy');
        box.remove();
        if (back) back.focus({ preventScroll: true });
        if (done) said(); else kit.say('The browser does not let this page copy: ' + text);
      };
      if (navigator.clipboard && navigator.clipboard.writeText) navigator.clipboard.writeText(text).then(said, byHand); else byHand();
    },
    /** Say something for a moment, also to those who listen. */
    say: function (text) {
      const box = kit.$('gm-said');
      kit.add(kit.clear(box), text);
      box.classList.add('gm-shown');
      clearTimeout(kit.saying);
      kit.saying = setTimeout(function () { box.classList.remove('gm-shown'); }, 2600);
    },
    /** The English name of a country's two letters; anything else stays as it is. */
    country: function (code) {
      if (!/^[A-Z]{2}$/.test(code || '') || typeof Intl.DisplayNames !== 'function') return code;
      kit.countries = kit.countries || new Intl.DisplayNames(['en'], { type: 'region', fallback: 'code' });
      return kit.countries.of(code);
    },
    phone: function () { return window.innerWidth <= 760; },
    /** The first of `n` numbers in ascending `values` that is not below `value`. */
    lower: function (values, value, n) {
      let a = 0, b = n === undefined ? values.length : n;
      while (a < b) { const m = (a + b) >> 1; if (values[m] < value) a = m + 1; else b = m; }
      return a;
    },
    has: function (object, key) { return Object.prototype.hasOwnProperty.call(object, key); }
  };

  // Who wants to know of what: 'time', 'layers', 'view', 'select', 'hover', 'theme', 'script', 'texts'.
  const heard = {};
  g.on = function (names, f) { names.split(' ').forEach(function (n) { (heard[n] = heard[n] || []).push(f); }); };
  g.emit = function (name, value) { (heard[name] || []).forEach(function (f) { f(value); }); };

  /** Run once before the next picture is drawn, however often it is asked for. */
  g.soon = function (f) {
    let asked = false;
    return function () {
      if (asked) return;
      asked = true;
      requestAnimationFrame(function () { asked = false; f(); });
    };
  };
}(window.geomap));

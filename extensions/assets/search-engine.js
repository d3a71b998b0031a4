/*
 * Search: how texts become terms, and which sections answer a query. No DOM here.
 *
 * Index and query are cut by one function. Spellings are brought to one form on both sides, so it does not matter which
 * of them a rule prefers: "colour" and "color" meet in "color", "noise" and "normalize" both get an s.
 */
(() => {
  "use strict";

  /** @typedef {[term: string, start: number, end: number]} Term of a text, and where it stands */

  const CHINESE = "\\u3400-\\u9fff";
  const BY = "\\s?[x×✕*]\\s?|\\s+by\\s+";
  const PIECE = new RegExp(
    [
      `[${CHINESE}]+`,
      `\\d+(?:(?:${BY})\\d+)+(?![\\w.]*\\d|[a-z])`, // sizes: 3×3, 1 x 28 x 28
      `\\d+-?d(?![a-z0-9])`, // 2-D
      `\\d{1,3}(?:[,_\\u00a0\\u2009\\u202f]\\d{3})+(?!\\d)`, // 61,706
      `\\d+(?:\\.\\d+)?(?:e[-+]?\\d+)?`,
      `(?!\\d)(?:(?![${CHINESE}])[\\p{L}\\p{M}\\d_])+(?:['’](?:s|t|re|ll|ve)(?!\\p{L}))?`,
    ].join("|"),
    "gu",
  );

  const IS_CHINESE = new RegExp(`^[${CHINESE}]`);
  const IS_SIZE = /^\d+(?:\s?[x×✕*]|\s+by)/;
  const APART = /(?<!\d)\d{1,3}(?: \d{3})+(?!\d)/g; // 61 706, in a query

  const CITATION = /arXiv:|doi:/gi; // lists of references answer last

  const STOP = new Set(
    (
      "a an and any are as at be because been but by can could did do does done for from had has have he her his how i if " +
      "in into is it its let me my no not of on one only or our out she should so some such than that the their them then " +
      "there these they this those to too us very was we were what when where which while who why will with would you your"
    ).split(" "),
  );

  /** Lower case, full-width signs as the usual ones; every letter keeps its place. */
  const plain = (text) => {
    const low = text.toLowerCase();
    const same = low.length === text.length ? low : text;
    return same.replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0).toLowerCase());
  };

  /** British and American spellings in one form, whichever. */
  const spelling = (word) =>
    word
      .replace(/^grey/, "gray")
      .replace(/^artefact/, "artifact")
      .replace(/^(learn|burn|spel|dream)t$/, "$1ed")
      .replace(/^(.{2,}?)our(?=$|s$|ed$|ing|al|ful|less|hood|able|ite)/, "$1or")
      .replace(/([iy])z(?=[eia]|$)/, "$1s") // normalize, analyze
      .replace(/([nemi])tr(es?|ed|ing)$/, (_, before, end) => `${before}ter${end.replace(/^e/, "")}`) // centre, centred
      .replace(/br(es?)$/, (_, end) => `ber${end.slice(1)}`)
      .replace(/ogue(s?)$/, "og$1")
      .replace(/mme(s?)$/, "m$1")
      .replace(/en[cs]e(s?)$/, "ense$1");

  /** The part of an English word that its forms share, roughly: overfit of overfitting, overfits, overfitted. */
  const stem = (word) => {
    let end = word.replace(/['’].*$/, "");
    if (end.length > 3) end = end.replace(/ies$/, "y").replace(/([^aius])s$/, "$1");
    if (end.length > 4) {
      const cut = end.replace(/isation$/, "ise").replace(
        /(?:[^e]ed|ing|ly|ion)$/,
        (tail) => (tail.endsWith("ed") ? tail[0] : ""),
      );
      if (cut.length >= 3 && /[aeiouy]/.test(cut)) end = cut;
    }
    if (end.length > 3) end = end.replace(/e$/, "").replace(/([^aeiou])y$/, "$1i");
    return end.length > 3 ? end.replace(/([b-df-hj-np-tv-z])\1$/, "$1") : end;
  };

  const known = new Map();

  /** A word in the form that index and query share. */
  const simple = (word) => {
    if (!known.has(word)) known.set(word, stem(spelling(word.normalize("NFD").replace(/\p{M}/gu, ""))));
    return known.get(word);
  };

  const isWord = (term) => /^[a-z]/.test(term) && !/\d/.test(term);

  /** Chinese as pairs of neighbours; the index also knows single characters. @param {string} run @param {number} start @param {boolean} query */
  const chinese = (run, start, query) => {
    /** @type {Term[]} */
    const found = [];
    const letters = [...run];
    if (!query || letters.length === 1) letters.forEach((one, n) => found.push([one, start + n, start + n + 1]));
    for (let n = 0; n + 1 < letters.length; n++) found.push([letters[n] + letters[n + 1], start + n, start + n + 2]);
    return found;
  };

  /** A size: whole for a query, with all its parts for the index, so that 5×5 finds 6×1×5×5. */
  const size = (text, query) => {
    const numbers = text.match(/\d+/g);
    const whole = numbers.join("x");
    if (query) return [whole];
    const all = [];
    for (let from = 0; from < numbers.length; from++) {
      for (let to = from + 2; to <= numbers.length; to++) all.push(numbers.slice(from, to).join("x"));
    }
    return all;
  };

  /** A word or a name: corr2d_multi_in is whole in a query, and for the index also corr2d, multi and in. */
  const name = (text, query) => {
    if (!/_/.test(text)) return [simple(text)];
    const parts = text.split("_").filter(Boolean);
    return query ? [text] : [text, ...parts.map(simple)];
  };

  /**
   * The terms of a text and where they stand: [term, start, end].
   * @param {string} text
   * @param {boolean} query whether the text is asked for, not looked through
   */
  const terms = (text, query = false) => {
    /** @type {Term[]} */
    const found = [];
    const low = query ? plain(text).replace(APART, (number) => number.replaceAll(" ", ",")) : plain(text);
    for (const { 0: piece, index } of low.matchAll(PIECE)) {
      const end = index + piece.length;
      if (IS_CHINESE.test(piece)) found.push(...chinese(piece, index, query));
      else if (/^\d+-?d$/.test(piece)) found.push([piece.replace("-", ""), index, end]);
      else if (IS_SIZE.test(piece)) size(piece, query).forEach((one) => found.push([one, index, end]));
      else if (/^\d/.test(piece)) found.push([piece.replace(/[,_\s\u00a0\u2009\u202f]/g, ""), index, end]);
      else if (!STOP.has(piece)) name(piece, query).forEach((one) => found.push([one, index, end]));
    }
    return found;
  };

  const list = (text, query) => terms(text, query).map(([term]) => term);

  class Engine {
    /**
     * @param {new (options: object) => any} MiniSearch
     * @param {{at: string, page: string, title: string, text: string, code: string}[]} entries
     */
    constructor(MiniSearch, entries) {
      this.entries = entries;
      this.sequences = new Map();
      this.index = new MiniSearch({
        fields: ["title", "page", "text", "code"],
        tokenize: (text) => list(text, false),
        processTerm: (term) => term || null,
        searchOptions: { tokenize: (text) => list(text, true), processTerm: (term) => term },
      });
      this.index.addAll(entries.map((entry, id) => ({ ...entry, id })));
    }

    /**
     * The sections that answer, the best first: each entry, and the index's terms that it was found by.
     * @param {string} query
     */
    search(query) {
      const asked = [...new Set(list(query, true))];
      const used = asked.map((term, n) => this.usable(term, n === asked.length - 1));
      if (!used.length) return [];
      const found = this.index.search(used.map(({ term }) => term).join(" "), {
        tokenize: () => used.map(({ term }) => term),
        fuzzy: (term) => used.find((one) => one.term === term)?.fuzzy ?? false,
        prefix: (term, n, all) =>
          isWord(term)
            ? term.length > 3 || n === all.length - 1
            : term.length > 2 && /^\d+$/.test(term) && n === all.length - 1,
        boost: { title: 5, page: 0.6, text: 1.5, code: 0.5 },
        weights: { fuzzy: 0.4, prefix: 0.3 },
      });
      const rated = found.map((one) => ({ entry: this.entries[one.id], terms: one.terms, rank: this.rank(one, used) }));
      const most = Math.max(...rated.map(({ rank }) => rank.share), 0);
      return rated
        .filter(({ rank }) => rank.share >= Math.min(most, used.length > 2 ? 0.6 : 1))
        .sort((a, b) => b.rank.score - a.rank.score);
    }

    /** A term as the index may know it: as it is, with a letter wrong, or the beginning of what is being typed. */
    usable(term, last) {
      const known = (one, fuzzy) =>
        this.index.search(one, { tokenize: () => [one], prefix: isWord(one), fuzzy }).length > 0;
      if (!isWord(term) || known(term, false)) return { term, fuzzy: false };
      const fuzzy = term.length > 7 ? 2 : term.length > 3 ? 1 : false;
      if (fuzzy && known(term, fuzzy)) return { term, fuzzy };
      for (let cut = 1; last && cut <= 3 && term.length - cut > 4; cut++) {
        const begun = simple(term.slice(0, -cut));
        if (known(begun, false)) return { term: begun, fuzzy: false };
      }
      return { term, fuzzy };
    }

    /** The terms of a section in their order. */
    sequence(id) {
      if (!this.sequences.has(id)) {
        const { title, text } = this.entries[id];
        this.sequences.set(id, { title: new Set(list(title, false)), all: list(`${title} ${text}`, false) });
      }
      return this.sequences.get(id);
    }

    /** How much of the query is met, and its score: more for neighbours in the query that are neighbours in the text. */
    rank(found, used) {
      const share = new Set(found.queryTerms).size / used.length;
      const entry = this.entries[found.id];
      const { title, all } = this.sequence(found.id);
      const inTitle = used.every(({ term }) => title.has(term)) ? (entry.at.includes("#") ? 1.5 : 2) : 1;
      const pairs = used.slice(1).filter(({ term }, n) => {
        const before = used[n].term;
        return all.some((one, at) => one === before && all[at + 1] === term);
      });
      const near = used.length > 1 ? pairs.length / (used.length - 1) : 0;
      const cited = (entry.text.match(CITATION) ?? []).length > 1 ? 0.3 : 1;
      return { share, score: found.score * share ** 2 * inTitle * cited * (1 + 2 * near) };
    }
  }

  /**
   * The piece of a text that shows most of the terms, and where they stand in it: [[text, marked], …].
   * @param {string} text
   * @param {Set<string>} wanted
   */
  const snippet = (text, wanted, length = 180) => {
    const hits = terms(text, false).filter(([term]) => wanted.has(term));
    let best = 0;
    let start = 0;
    for (const [, at] of hits) {
      const [from, to] = cut(text, at, length); // what would be shown
      const within = hits.filter(([, start, end]) => start >= from && end <= to);
      const value = new Set(within.map(([term]) => term)).size + within.length / 100;
      if (value > best) [best, start] = [value, at];
    }
    return mark(text, ...cut(text, start, length), hits);
  };

  /** Whole words around a place: [from, to]. */
  const cut = (text, start, length) => {
    let from = start < 60 ? 0 : start - 30;
    if (from > 0) {
      const sentence = text.slice(Math.max(0, start - 90), start).search(/[.?!。？！]\s?[^.?!。？！]*$/);
      const space = text.indexOf(" ", from);
      if (sentence >= 0) from = Math.max(0, start - 90) + sentence + 1;
      else if (space >= 0 && space < start) from = space + 1;
    }
    let to = Math.min(text.length, from + length);
    const space = text.lastIndexOf(" ", to);
    if (to < text.length && space > start) to = space;
    while (text[from] === " ") from++;
    return [from, to];
  };

  const mark = (text, from, to, hits) => {
    const parts = [];
    if (from > 0) parts.push(["… ", false]);
    let at = from;
    for (const [, start, end] of hits) {
      if (end <= at || start < from || end > to) continue;
      if (start > at) parts.push([text.slice(at, start), false]);
      parts.push([text.slice(Math.max(start, at), end), true]);
      at = end;
    }
    if (at < to) parts.push([text.slice(at, to), false]);
    if (to < text.length) parts.push([" …", false]);
    return parts;
  };

  globalThis.courseSearchEngine = { Engine, snippet, terms };
})();

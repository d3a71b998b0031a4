/** Remembers the answers to a quiz in the browser. Where the browser keeps nothing, a quiz works as before. No DOM. */

/** A short hash of a text (FNV-1a), by which a question that was changed is told from the one that was answered. */
export function hashOf(text) {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0), 0x01000193);
  return (hash >>> 0).toString(36);
}

/**
 * The answers of one quiz on one page: {given, checked} by question.
 * @param {string} page path of the page @param {string} id of the quiz @param {object[]} questions
 * @param {() => Storage} storage may throw, as browsers do where cookies are refused
 */
export class QuizMemory {
  constructor(page, id, questions, storage = () => globalThis.localStorage) {
    this.key = `convnets-quiz ${page}#${id}`;
    this.names = questions.map((question) => hashOf(JSON.stringify(question)));
    this.storage = storage;
    this.answers = this.#read();
  }

  /** @returns {Record<string, {given: any, checked: boolean}>} */
  #read() {
    try {
      const held = JSON.parse(this.storage().getItem(this.key)) ?? {};
      const known = this.names.filter((name) => Object.hasOwn(held, name) && typeof held[name]?.checked === "boolean");
      return Object.fromEntries(known.map((name) => [name, held[name]]));
    } catch {
      return {}; // no storage, or something else under our name
    }
  }

  /** What was answered to question n, or null. @returns {{given: any, checked: boolean} | null} */
  get(n) {
    return this.answers[this.names[n]] ?? null;
  }

  /** Keeps an answer, or drops it where it is null; of two tabs with the same quiz, the last one to answer is kept. */
  put(n, answer) {
    if (answer) this.answers[this.names[n]] = answer;
    else delete this.answers[this.names[n]];
    this.#write();
  }

  forget() {
    this.answers = {};
    this.#write();
  }

  #write() {
    try {
      if (Object.keys(this.answers).length) this.storage().setItem(this.key, JSON.stringify(this.answers));
      else this.storage().removeItem(this.key);
    } catch {
      // refused or full: the answers last as long as the page
    }
  }
}

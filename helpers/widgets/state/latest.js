/** Answers that come late: what was done last stays. No DOM. */

/** Lets one slow answer at a time count, and none once something else was done instead. */
export class Latest {
  #asked = 0;

  /** Whatever is still on its way comes too late: something else was done, or nobody waits any more. */
  drop() {
    this.#asked += 1;
  }

  /**
   * Waits for an answer.
   * @template T @param {Promise<T>} answer @returns {Promise<{value: T} | null>} null where it came too late; rejects as the answer does, unless it came too late
   */
  async of(answer) {
    const asked = (this.#asked += 1);
    try {
      const value = await answer;
      return asked === this.#asked ? { value } : null;
    } catch (error) {
      if (asked !== this.#asked) return null;
      throw error;
    }
  }
}

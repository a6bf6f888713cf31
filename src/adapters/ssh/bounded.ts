/** Keeps the beginning and the end of a stream of bytes, whatever its length. Decoded whole, so no character breaks between chunks. */
export class Bounded {
  readonly #firstKept: number;
  readonly #lastKept: number;
  #first: Buffer[] = [];
  #firstBytes = 0;
  #last: Buffer[] = [];
  #lastBytes = 0;
  #dropped = false;

  constructor(firstKept: number, lastKept: number) {
    this.#firstKept = firstKept;
    this.#lastKept = lastKept;
  }

  add(chunk: Buffer): void {
    const room = Math.min(this.#firstKept - this.#firstBytes, chunk.length);
    if (room > 0) {
      this.#first.push(chunk.subarray(0, room));
      this.#firstBytes += room;
    }
    if (room === chunk.length) return;
    this.#last.push(chunk.subarray(room));
    this.#lastBytes += chunk.length - room;
    for (let oldest = this.#last[0]; oldest !== undefined && this.#lastBytes > this.#lastKept; oldest = this.#last[0]) {
      const excess = this.#lastBytes - this.#lastKept;
      this.#dropped = true;
      if (oldest.length <= excess) this.#last.shift();
      else this.#last[0] = oldest.subarray(excess);
      this.#lastBytes -= Math.min(oldest.length, excess);
    }
  }

  /** The text; `gap` is where in it bytes are missing. */
  text(): { readonly text: string; readonly gap?: number } {
    if (!this.#dropped) return { text: Buffer.concat([...this.#first, ...this.#last]).toString('utf8') };
    const first = Buffer.concat(this.#first).toString('utf8');
    return { text: first + Buffer.concat(this.#last).toString('utf8'), gap: first.length };
  }
}

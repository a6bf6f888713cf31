/** An answer of any size is read to a limit only: octokit would keep a gigabyte in memory. */

type Fetch = typeof fetch;

/** @param limit bytes of the body; one that is longer fails while it is read */
export function cappedFetch(inner: Fetch, limit: number): Fetch {
  return async (...asked) => {
    const { body, status, statusText, headers } = await inner(...asked);
    let read = 0;
    const capped = body?.pipeThrough(new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(part, controller) {
        read += part.byteLength;
        if (read > limit) controller.error(new Error(`the answer is longer than ${limit} bytes`));
        else controller.enqueue(part);
      },
    }));
    return new Response(capped ?? null, { status, statusText, headers: new Headers([...headers]) });
  };
}

/** Runs work, at most so many at a time, the others in the order in which they came. */
export type Semaphore = <T>(work: () => Promise<T>) => Promise<T>;

export function semaphore(places: number): Semaphore {
  let free = places;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

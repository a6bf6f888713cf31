/** What the demo needs to know of a production, embedded or on real hosts. */
export type Production = AsyncDisposable & {
  /** What it is made of, for a person. */
  readonly description: string;
  /** Oldest first; the last one is deployed. */
  readonly releases: readonly Release[];
  /** Where the rollback is to lead. */
  readonly target: Release;
  /** The inputs of the rollback, by their names in action.yml. */
  readonly inputs: Readonly<Record<string, string>>;
  /** What the action gets in its environment besides. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Looks at all of it without the action. */
  look(): Promise<readonly Sight[]>;
};

export type Release = { readonly tag: string; readonly sha: string; readonly subject: string };

/** One part of a production as it is. */
export type Sight = {
  readonly name: string;
  readonly says: string;
  /** It is as the target of the rollback should be. */
  readonly back: boolean;
};

/**
 * Looks at a host: what lies there, and what its own service answers.
 * @param head the commit that is checked out
 * @param health asked from this machine
 */
export async function lookAtHost(name: string, head: string, health: string, { releases, target }: Pick<Production, 'releases' | 'target'>): Promise<Sight> {
  const sha = head.trim();
  const tag = releases.find((release) => release.sha === sha)?.tag ?? sha;
  const answer = await askHealth(health);
  const says = answer === undefined ? 'does not answer' : `/health answers ${answer.status} as ${answer.version}`;
  return { name, says: `has ${tag} checked out, ${says}`, back: sha === target.sha && answer?.status === 200 && answer.version === target.tag };
}

/** What a service says of its health and its release; undefined for no answer. */
export async function askHealth(url: string): Promise<{ readonly status: number; readonly version: string } | undefined> {
  try {
    const { status, headers } = await fetch(url, { signal: AbortSignal.timeout(5000) });
    return { status, version: headers.get('x-version') ?? '' };
  } catch {
    return undefined;
  }
}

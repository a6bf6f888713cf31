/** GitHub's API, as far as a run is told there. Every call throws an Error in words when GitHub does not do it. */

/** Of a deployment; GitHub sets `inactive` itself on older ones of an environment. */
export type DeploymentState = 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';

export interface GitHub {
  /**
   * @param deployment `sha`: the commit, or a tag on it where no more is known; `payload`: JSON, it cannot be changed later
   * @returns the deployment's id
   */
  createDeployment(deployment: {
    readonly sha: string; readonly environment: string; readonly task: 'rollback'; readonly description: string; readonly payload: Readonly<Record<string, unknown>>;
  }, signal: AbortSignal): Promise<string>;
  /** @param state `description`: at most 140 characters; `supersedes`: with `success`, the older deployments of the environment become inactive */
  setDeploymentState(id: string, state: {
    readonly state: DeploymentState; readonly description: string; readonly logUrl: string; readonly supersedes?: boolean;
  }, signal: AbortSignal): Promise<void>;
  /** The newest deployments of a release in an environment, newest first, with their payload. */
  deploymentsOf(sha: string, environment: string, signal: AbortSignal): Promise<readonly { readonly id: string; readonly task: string; readonly payload: unknown }[]>;
  createIssue(issue: { readonly title: string; readonly body: string; readonly labels: readonly string[] }, signal: AbortSignal): Promise<{ readonly number: number; readonly url: string }>;
  updateIssue(number: number, issue: { readonly title: string; readonly body: string }, signal: AbortSignal): Promise<void>;
  /** The merged pull requests that brought a commit. */
  pullRequestsOf(sha: string, signal: AbortSignal): Promise<readonly { readonly number: number; readonly url: string; readonly title: string }[]>;
  comment(number: number, body: string, signal: AbortSignal): Promise<void>;
}

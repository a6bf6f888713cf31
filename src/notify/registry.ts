import { deployment } from './github/deployment.ts';
import { incidentIssue } from './github/incident-issue.ts';
import { pullRequestComment } from './github/pull-request-comment.ts';
import type { NotifierOf } from './notifier.ts';
import { slack } from './slack.ts';
import { statuspage } from './statuspage.ts';
import { webhook } from './webhook.ts';

/** Everyone that can be told of a run, in the order in which their warnings are listed. */
export const notifiers: readonly NotifierOf[] = [slack, statuspage, webhook, deployment, incidentIssue, pullRequestComment];

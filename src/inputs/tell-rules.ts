/** What belongs together among those who are told of a run. */
import type { Failure } from '../errors.ts';
import type { Values } from './contradictions.ts';
import { invalid } from './invalid.ts';

export function* tellRules(values: Partial<Values>, isSet: (name: keyof Values) => boolean): Generator<Failure> {
  if (isSet('statuspage-api-key') && !isSet('statuspage-page-id')) {
    yield invalid('Input "statuspage-page-id" is required with "statuspage-api-key"', 'Set it to the id of the page, or take the key out.');
  }
  // A page without a key is not refused: a secret that an environment lacks must not keep it from being rolled back. It is told as a warning.
  for (const name of ['statuspage-component-ids', 'statuspage-api-url'] as const) {
    if (isSet(name) && !isSet('statuspage-api-key') && !isSet('statuspage-page-id')) yield invalid(`Input "${name}" has no effect without "statuspage-page-id"`, 'Set "statuspage-page-id" and "statuspage-api-key", or take it out.');
  }
  const [slack, webhook] = [values['slack-webhook-url'], values['webhook-url']];
  if (webhook?.hostname === 'hooks.slack.com') {
    yield invalid('Input "webhook-url" must not be a webhook of Slack, which does not take this action\'s JSON', 'Pass it with "slack-webhook-url".');
  }
  if (slack?.hostname === 'hooks.slack.com' && slack.pathname.length < '/services/T/B/x'.length) {
    yield invalid('Input "slack-webhook-url" must be the whole address that Slack gives out, with /services/ and three parts in it', 'Copy it from the settings of the app in Slack ("Incoming Webhooks").');
  }
}

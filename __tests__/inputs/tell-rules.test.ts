import { expect, test } from 'vitest';
import { mistakes, read } from './good.ts';

const page = { 'statuspage-api-key': 'key', 'statuspage-page-id': 'gytm4qzbx9t6' };

test.each<[Readonly<Record<string, string>>, readonly string[]]>([
  [page, []],
  [{ ...page, 'statuspage-component-ids': 'kctbh9vrtdwd\nb13yz5g2cw10', 'statuspage-api-url': 'http://10.0.0.7/v1' }, []],
  [{ 'slack-webhook-url': 'https://hooks.slack.com/services/T000/B000/XXXX', 'webhook-url': 'http://10.0.0.7:8080/hook' }, []],
  // Mattermost and Rocket.Chat take Slack's messages, and are found in private networks.
  [{ 'slack-webhook-url': 'http://mattermost.internal:8065/hooks/x' }, []],
  [{ 'statuspage-api-key': 'key' }, ['Input "statuspage-page-id" is required with "statuspage-api-key". Set it to the id of the page, or take the key out.']],
  // The secret may be missing in one environment: that is told, and keeps nothing from being done.
  [{ 'statuspage-page-id': 'gytm4qzbx9t6' }, []],
  [{ 'statuspage-component-ids': 'kctbh9vrtdwd', 'statuspage-api-url': 'https://api.statuspage.io/v1' }, [
    'Input "statuspage-component-ids" has no effect without "statuspage-page-id". Set "statuspage-page-id" and "statuspage-api-key", or take it out.',
    'Input "statuspage-api-url" has no effect without "statuspage-page-id". Set "statuspage-page-id" and "statuspage-api-key", or take it out.',
  ]],
  [{ ...page, 'statuspage-page-id': '../pages' }, ['Input "statuspage-page-id" must be an id as Statuspage shows it, lower case letters and digits such as kctbh9vrtdwd, got "../pages". Correct it in the workflow.']],
  [{ ...page, 'statuspage-component-ids': 'kctbh9vrtdwd\nAPI' }, ['Line 2 of input "statuspage-component-ids" must be an id as Statuspage shows it, lower case letters and digits such as kctbh9vrtdwd, got "API". Correct it in the workflow.']],
  [{ 'webhook-url': 'https://hooks.slack.com/services/T000/B000/XXXX' }, ['Input "webhook-url" must not be a webhook of Slack, which does not take this action\'s JSON. Pass it with "slack-webhook-url".']],
  [{ 'slack-webhook-url': 'https://hooks.slack.com/' }, ['Input "slack-webhook-url" must be the whole address that Slack gives out, with /services/ and three parts in it. Copy it from the settings of the app in Slack ("Incoming Webhooks").']],
])('%j', (inputs, expected) => {
  expect(mistakes(inputs)).toEqual(expected);
});

test('nobody is told where nothing is set', () => {
  expect(read({})).toMatchObject({ slackWebhookUrl: undefined, statuspageApiKey: undefined, statuspagePageId: undefined, statuspageComponentIds: [], webhookUrl: undefined });
});

/** Every trigger, in the order in which they are told: what concerns people most comes first. */
import { alarms } from './alarms.ts';
import { errorRate } from './error-rate.ts';
import { health } from './health.ts';
import { log } from './log.ts';
import { responseTime } from './response-time.ts';
import type { Trigger } from './trigger.ts';

export const triggers: readonly Trigger[] = [health, errorRate, responseTime, alarms, log];

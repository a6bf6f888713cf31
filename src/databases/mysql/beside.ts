/** Restoring a dump beside the live data, and taking its place. */
import type { Beside } from '../engine.ts';
import { admin, askAdmin } from './beside/admin.ts';
import { sleep, wake } from './beside/events.ts';
import { fence, unfence } from './beside/fence.ts';
import { forget, restore } from './beside/load.ts';
import { lost } from './beside/lost.ts';
import { proveForeign } from './beside/prove.ts';
import { obstacles, swap, swapBack } from './beside/swap.ts';

export const beside: Beside = { askAdmin, admin, obstacles, proveForeign, restore, lost, forget, swap, swapBack, wake, sleep, fence, unfence };

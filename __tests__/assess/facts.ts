import type { HostFacts } from '../../src/assess/host.ts';

/** A host with which all is well. */
export const well: HostFacts = {
  host: 'web-1', role: { app: true, database: false }, user: 'deploy', clockAhead: 0, missingTools: [], killsUserProcesses: false,
  checkout: 'ok', checkoutError: '', head: '3'.repeat(40), branch: 'refs/heads/main', dirty: [], statusHash: '', shallow: false, submodules: false,
  units: [{ unit: 'api.service', known: true, active: 'active' }], missingRights: [], configurationErrors: [],
  disks: [{ purpose: 'checkout', path: '/var/www/app', freeBytes: 1e12 }], checkoutBytes: 1e6, missingFiles: [], backupDir: 'ok', releases: [], recorded: { checkout: [], database: [] },
};

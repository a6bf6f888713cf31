import { defineConfig } from 'vitest/config';

const onRealHosts = ['__tests__/fleet/**/*.test.ts', '__tests__/traffic/**/*.test.ts', '__tests__/chaos/**/*.test.ts', '__tests__/rollback/**/*.test.ts', '__tests__/backup/**/*.test.ts', '__tests__/demo.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['__tests__/**/*.test.ts'],
          exclude: onRealHosts,
          testTimeout: 20_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Whole machines: one file at a time, after the unit tests. The first one builds the hosts' image, which takes minutes.
        test: {
          name: 'fleet',
          include: onRealHosts,
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 900_000,
          // Ten machines on two cores: what fails once and passes then is printed as "retry x1", to be looked at.
          retry: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

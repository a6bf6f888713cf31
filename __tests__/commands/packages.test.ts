import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dropKeptPackages, install, keepPackages, packagesBack } from '../../src/commands/packages.ts';
import { quote } from '../../src/commands/quote.ts';
import { runScript } from './shell.ts';

let folder: string;
let venv: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'packages-'));
  venv = join(folder, "app's venv");
  mkdirSync(join(venv, 'bin'), { recursive: true });
  writeFileSync(join(venv, 'flask'), '2.0');
  symlinkSync('../flask', join(venv, 'bin/flask'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (script: string): void => {
  const { code, output } = runScript(script);
  expect([code, output]).toEqual([0, '']);
};
const state = (): readonly string[] => readdirSync(folder).map((name) => name.replace("app's venv", 'venv')).toSorted();
/** An install that dies half-way. */
const broken = (): void => { rmSync(join(venv, 'bin'), { recursive: true }); writeFileSync(join(venv, 'flask'), '3.0'); writeFileSync(join(venv, 'half'), ''); };
const found = (): void => {
  expect([readFileSync(join(venv, 'flask'), 'utf8'), readFileSync(join(venv, 'bin/flask'), 'utf8'), existsSync(join(venv, 'half'))]).toEqual(['2.0', '2.0', false]);
  expect(state()).toEqual(['venv']);
};

describe('a virtualenv', () => {
  test('is in its place all the time, and comes back after an install that broke it', () => {
    run(keepPackages(venv, '7-1'));
    expect([state(), existsSync(join(venv, 'bin/flask'))]).toEqual([['venv', 'venv.rollback-kept-7-1'], true]);
    broken();
    run(packagesBack(venv, '7-1'));
    found();
  });

  test('comes back where an install took it away', () => {
    run(keepPackages(venv, '7-1'));
    rmSync(venv, { recursive: true });
    run(packagesBack(venv, '7-1'));
    found();
  });

  test('asked twice, each: what was kept first is what comes back, and stays', () => {
    run(keepPackages(venv, '7-1'));
    broken();
    run(keepPackages(venv, '7-1'));
    run(packagesBack(venv, '7-1'));
    run(packagesBack(venv, '7-1'));
    found();
  });

  test('what an earlier run left for a person is not what comes back', () => {
    run(keepPackages(venv, '6-1'));
    writeFileSync(join(`${venv}.rollback-kept-6-1`, 'flask'), '1.0');
    run(keepPackages(venv, '7-1'));
    broken();
    run(packagesBack(venv, '7-1'));
    expect([readFileSync(join(venv, 'flask'), 'utf8'), readFileSync(join(`${venv}.rollback-kept-6-1`, 'flask'), 'utf8')]).toEqual(['2.0', '1.0']);
  });

  test('a copy that was cut short is not taken for the whole', () => {
    mkdirSync(`${venv}.rollback-kept-7-1.part`);
    writeFileSync(join(`${venv}.rollback-kept-7-1.part`, 'half'), '');
    run(packagesBack(venv, '7-1'));
    run(keepPackages(venv, '7-1'));
    broken();
    run(packagesBack(venv, '7-1'));
    found();
  });

  test('an undo that was cut short goes on', () => {
    run(keepPackages(venv, '7-1'));
    broken();
    run(`mv "${venv}" "${venv}.rollback-failed"`);
    run(packagesBack(venv, '7-1'));
    found();
  });

  test('nothing is left of it when the run is over', () => {
    run(keepPackages(venv, '7-1'));
    mkdirSync(`${venv}.rollback-kept-7-1.part`);
    run(dropKeptPackages(venv, '7-1'));
    found();
  });

  test('what an earlier run kept for a person stays', () => {
    run(keepPackages(venv, '6-1'));
    broken();
    run(keepPackages(venv, '7-1'));
    run(packagesBack(venv, '7-1'));
    run(dropKeptPackages(venv, '7-1'));
    expect([existsSync(join(venv, 'half')), state()]).toEqual([true, ['venv', 'venv.rollback-kept-6-1']]);
  });

  test('that is not there cannot be kept', () => {
    rmSync(venv, { recursive: true });
    expect(runScript(keepPackages(venv, '7-1')).code).not.toBe(0);
    expect(state()).toEqual([]);
  });
});

describe('an install', () => {
  const script = (command: string): string => install({ appDir: folder, command, path: `PATH=${quote(`${venv}/bin`)}:$PATH; export PATH`, environment: "export KEY='a b'" });

  test('runs in the checkout, with the application’s environment and the virtualenv’s programs first', () => {
    writeFileSync(join(venv, 'bin/pip'), '#!/bin/sh\necho "$KEY" > from-venv\n', { mode: 0o755 });
    run(script('pip'));
    expect([readFileSync(join(folder, 'from-venv'), 'utf8')]).toEqual(['a b\n']);
  });

  test('fails with its status', () => expect(runScript(script('echo no >&2; exit 4'))).toMatchObject({ code: 4, output: 'no\n' }));

  test('writes files that the service can read, whatever the step’s own umask is', () => {
    run(`umask 077; login_umask=022\n${script('echo x > readable')}stat -c %a readable > mode\n`);
    expect(readFileSync(join(folder, 'mode'), 'utf8').trim()).toBe('644');
  });

  test('what it leaves running holds nothing of the step', () => {
    run(`exec 3>${quote(join(folder, 'held'))}\n${script('if { true >&3; } 2>/dev/null; then echo open; else echo closed; fi > descriptor')}`);
    expect(readFileSync(join(folder, 'descriptor'), 'utf8').trim()).toBe('closed');
  });
});

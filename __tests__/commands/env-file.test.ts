import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { askEnvFile, envFileAsFound, repoint, repointBack } from '../../src/commands/env-file.ts';
import { repository } from '../../src/commands/git.ts';
import { runScript } from '../databases/script.ts';

const root = mkdtempSync(join(tmpdir(), 'rollback env '));
const app = join(root, 'app');
const file = join(app, "it's.env");
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeEach(() => {
  rmSync(app, { recursive: true, force: true });
  mkdirSync(app);
  execFileSync('git', ['init', '--quiet', app]);
  mkdirSync(join(app, '.git/rollback-action/found'), { recursive: true });
});

const run = (script: string) => runScript(repository(app) + script);
const write = (text: string, mode = 0o640): void => {
  writeFileSync(file, text);
  chmodSync(file, mode);
};

describe('the address in an env file', () => {
  test.each<readonly [string, string, string]>([
    ['alone', 'DATABASE_URL=mysql://u:p@db/shop', 'DATABASE_URL=mysql://u:p@db/shop_rb_1'],
    ['among others, with comments and no line feed at the end', '# DATABASE_URL=mysql://x@y/z\nA=1\nDATABASE_URL=mysql://u:p@db:3306/shop # live\nB="2"', '# DATABASE_URL=mysql://x@y/z\nA=1\nDATABASE_URL=mysql://u:p@db:3306/shop_rb_1 # live\nB="2"'],
    ['quoted, exported, with blanks', '  export DATABASE_URL = "mysql+pymysql://u:p@db/shop?charset=utf8mb4"\n', '  export DATABASE_URL = "mysql+pymysql://u:p@db/shop_rb_1?charset=utf8mb4"\n'],
    ['with a password of every kind', `DATABASE_URL='postgresql://u:p%40ss#w/ord%25$x&\\.*[@db:5432/shop?sslmode=require'\r\nC=3\r\n`, `DATABASE_URL='postgresql://u:p%40ss#w/ord%25$x&\\.*[@db:5432/shop_rb_1?sslmode=require'\r\nC=3\r\n`],
    ['without a login', 'DATABASE_URL=postgresql:///shop?host=/run/postgresql\n', 'DATABASE_URL=postgresql:///shop_rb_1?host=/run/postgresql\n'],
    ['whose database is called like its user', 'DATABASE_URL=mysql://shop:shop@shop/shop\n', 'DATABASE_URL=mysql://shop:shop@shop/shop_rb_1\n'],
  ])('%s is changed, and every other byte stays; its undo brings back all of it', async (_, before, after) => {
    write(before);
    const script = repoint(file, 'DATABASE_URL', { database: 'shop_rb_1' });
    const ended = await run(script);
    expect([ended.code, ended.output]).toEqual([0, '']);
    expect(readFileSync(file, 'utf8')).toBe(after);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect((await run(script)).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(after);
    expect(readdirSync(app).toSorted()).toEqual(['.git', "it's.env"]);
    expect((await run(repointBack(file))).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test.each([
    ['mysql://u:p@old.example:3306/shop', 'mysql://u:p@new.example:3306/shop'],
    ['mysql://u:p@old.example/shop', 'mysql://u:p@new.example/shop'],
    ['postgresql://u:p@[2001:db8::1]:5432/shop', 'postgresql://u:p@new.example:5432/shop'],
  ])('%s gets another host, and keeps its port', async (before, after) => {
    write(`DATABASE_URL=${before}\n`);
    expect((await run(repoint(file, 'DATABASE_URL', { address: 'new.example' }))).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(`DATABASE_URL=${after}\n`);
  });

  test('behind a link is changed where the link leads', async () => {
    write('DATABASE_URL=mysql://u:p@db/shop\n');
    symlinkSync(file, join(root, 'link'));
    expect((await run(repoint(join(root, 'link'), 'DATABASE_URL', { database: 'new' }))).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe('DATABASE_URL=mysql://u:p@db/new\n');
    rmSync(join(root, 'link'));
  });

  test.each<readonly [string, string, RegExp]>([
    ['set twice', 'DATABASE_URL=mysql://u:p@db/a\nDATABASE_URL=mysql://u:p@db/shop\n', /exactly one line/],
    ['not set', 'OTHER=1\n', /has no DATABASE_URL/],
    ['no address', 'DATABASE_URL=nothing\n', /is no address of a database/],
  ])('%s is not changed', async (_, text, why) => {
    write(text);
    const { code, output } = await run(repoint(file, 'DATABASE_URL', { database: 'new' }));
    expect(code).not.toBe(0);
    expect(output).toMatch(why);
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(existsSync(join(app, '.git/rollback-action/found/env-file'))).toBe(false);
  });

  test('says beforehand what it names, and why it could not be changed', async () => {
    write('DATABASE_URL=mysql://u:p@db/shop\n');
    const ask = async () => (await run(askEnvFile(file, 'DATABASE_URL'))).facts;
    expect(await ask()).toEqual(new Map([['env-database', ['shop']]]));
    execFileSync('git', ['-C', app, 'add', '-f', file]);
    expect((await ask()).get('env-trouble')).toEqual(['it is part of the release, so that a checkout would change the address back']);
    expect((await run(envFileAsFound(file))).facts.get('as-found')?.[0]).toMatch(/^.*it's\.env [0-9a-f]{64} 640 \w+:\w+$/);
  });
});

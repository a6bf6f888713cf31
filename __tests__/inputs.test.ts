import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RollbackError } from '../src/errors.ts';
import { readInputs, secretInputs } from '../src/inputs.ts';
import type { ReadFile } from '../src/inputs/repository-files.ts';
import { key, minimal, mistakes, read } from './inputs/good.ts';

const manyHosts = Array.from({ length: 257 }, (_, number) => `a@web-${number}`).join('\n');

const blueGreen = { method: 'blue-green', hosts: '', 'app-dir': '', 'load-balancers': 'a@lb-1', 'nginx-config': '/etc/nginx/conf.d/app.conf', upstream: 'app', blue: 'blue:8000', green: 'green:8000' };
const canary = { ...blueGreen, method: 'canary', blue: '', green: '', canary: 'canary:8000' };

const bad: readonly (readonly [Readonly<Record<string, string>>, ...string[]])[] = [
  // what
  [{ method: '' }, 'Input "method" is required. Set it in the workflow or in the config file.'],
  [{ method: 'gti' }, 'Input "method" must be "git", "database", "blue-green" or "canary", got "gti". Correct it in the workflow.'],
  [{ commit: 'HEAD~1' }, 'Input "commit" must be a SHA, tag or branch, got "HEAD~1". Relative names mean something else on every host: name the commit itself.'],
  [{ commit: 'abc123' }, 'Input "commit" must be a SHA, tag or branch, got "abc123". A short SHA has 7 digits at least.'],
  [{ commit: 'HEAD' }, 'Input "commit" must be a SHA, tag or branch, got "HEAD". Leave it empty for the last known good release.'],
  [{ commit: '--orphan=evil' }, 'Input "commit" must be a SHA, tag or branch, got "--orphan=evil". Correct it in the workflow.'],
  [{ commit: 'v1.lock' }, 'Input "commit" must be a SHA, tag or branch, got "v1.lock". Correct it in the workflow.'],
  [{ environment: 'a\nb' }, 'Input "environment" must be one line, got "a\\nb". Correct it in the workflow.'],
  [{ reason: 'x'.repeat(501) }, 'Input "reason" must have at most 500 characters, got "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…". Correct it in the workflow.'],
  [{ 'detected-at': 'yesterday' }, 'Input "detected-at" must be an ISO 8601 time such as 2025-03-01T14:30:00Z, got "yesterday". Correct it in the workflow.'],
  [{ 'detected-at': '2025-02-30T00:00:00Z' }, 'Input "detected-at" must be an ISO 8601 time such as 2025-03-01T14:30:00Z, got "2025-02-30T00:00:00Z". Correct it in the workflow.'],
  [{ 'detected-at': '2025-03-01T14:30:00' }, 'Input "detected-at" must be an ISO 8601 time such as 2025-03-01T14:30:00Z, got "2025-03-01T14:30:00". Add the offset: Z for UTC.'],
  [{ 'dry-run': 'yes' }, 'Input "dry-run" must be true or false, got "yes". Correct it in the workflow.'],
  [{ config: '/etc/rollback.yml' }, 'Input "config" must be a relative path, got "/etc/rollback.yml". Correct it in the workflow.'],
  [{ config: '../rollback.yml' }, 'Input "config" must be a path without "//", "." and ".." in it, got "../rollback.yml". Correct it in the workflow.'],
  [{ paralel: '2' }, 'Input "paralel" is not known. Did you mean "parallel"?'],
  [{ health_url: 'x' }, 'Input "health_url" is not known. Did you mean "health-url"?'],
  [{ 'slack-channel-name': 'x' }, 'Input "slack-channel-name" is not known. Take it out, or look its name up in the README.'],
  // traffic
  [{ ...blueGreen, 'load-balancers': '' }, 'Input "load-balancers" is required with "method: blue-green". Name the hosts that run nginx, one per line.'],
  [{ ...blueGreen, 'load-balancers': '# none' }, 'Input "load-balancers" must name one host at least, got only comments. Write one host per line.'],
  [{ ...blueGreen, 'load-balancers': 'a@lb-1\nb@lb-1' }, 'Input "load-balancers" must name each host once, got b@lb-1 again. Take one of the lines out.'],
  [{ ...blueGreen, 'load-balancers': 'lb-1' }, 'Input "load-balancers" names lb-1 without a user, and "ssh-user" is not set. Set "ssh-user", or write deploy@lb-1.'],
  [{ ...blueGreen, hosts: 'b@lb-1' }, 'Inputs "load-balancers" and "hosts" name a@lb-1 and b@lb-1, one host with two users. Give both the same user.'],
  [{ ...blueGreen, 'database-host': 'b@lb-1' }, 'Inputs "database-host" and "load-balancers" name b@lb-1 and a@lb-1, one host with two users. Give both the same user.'],
  [{ ...blueGreen, 'nginx-config': '', upstream: '', blue: '', green: '' },
    'Input "nginx-config" is required with "method: blue-green". Set it to the file on the load balancers that holds the upstream block, such as /etc/nginx/conf.d/app.conf.',
    'Input "upstream" is required with "method: blue-green". Set it to the name of that block.',
    'Input "blue" is required with "method: blue-green". Set it to the server as the block names it, such as blue.internal:8000.',
    'Input "green" is required with "method: blue-green". Set it to the server as the block names it, such as green.internal:8000.'],
  [{ ...blueGreen, blue: 'app:80', green: 'APP' }, 'Inputs "blue" and "green" must be two servers, got app:80 and APP. Name each as the upstream block does.'],
  [{ ...blueGreen, blue: 'http://blue' }, 'Input "blue" must be a server as the upstream block names it, such as blue.internal:8000 or unix:/run/app.sock, got "http://blue". Correct it in the workflow.'],
  [{ ...blueGreen, blue: 'blue:8000; include /etc/shadow' }, 'Input "blue" must be a server as the upstream block names it, such as blue.internal:8000 or unix:/run/app.sock, got "blue:8000; include /etc/shadow". Correct it in the workflow.'],
  [{ ...blueGreen, blue: 'blue:99999' }, 'Input "blue" must be a server as the upstream block names it, such as blue.internal:8000 or unix:/run/app.sock, got "blue:99999". Correct it in the workflow.'],
  [{ ...blueGreen, upstream: '$backend' }, 'Input "upstream" must be the name of an upstream block, of at most 64 letters, digits, ".", "_" and "-", got "$backend". Correct it in the workflow.'],
  [{ ...blueGreen, 'nginx-config': 'nginx.conf' }, 'Input "nginx-config" must be an absolute path, such as /var/www/app, got "nginx.conf". Correct it in the workflow.'],
  [{ ...blueGreen, 'nginx-config': '/etc/nginx/' }, 'Input "nginx-config" must be a file of nginx, such as /etc/nginx/conf.d/app.conf, got "/etc/nginx/". Correct it in the workflow.'],
  [{ ...blueGreen, 'switch-to': 'red' }, 'Input "switch-to" must be "blue" or "green", got "red". Correct it in the workflow.'],
  [{ ...blueGreen, commit: 'v1' }, 'Input "commit" has no effect with "method: blue-green" without "version-from": which release a colour is could not be told. Set "version-from", or take it out.'],
  [{ 'switch-to': 'blue' }, 'Input "switch-to" has no effect with "method: git". Set "method: blue-green", or take it out.'],
  [{ ...blueGreen, 'confirm-timeout': '1s' }, 'Input "confirm-timeout" must be a duration of at least 5s, got "1s". Correct it in the workflow.'],
  [{ ...blueGreen, 'confirm-timeout': '11m' }, 'Input "confirm-timeout" must be a duration of at most 10m, got "11m". Correct it in the workflow.'],
  [{ ...blueGreen, 'log-files': 'logs/app.log' }, 'Input "log-files" must be absolute where no "app-dir" is given. Write the whole path, or set "app-dir".'],
  [{ ...blueGreen, 'env-file': '/srv/app/.env', backup: 'database' }, 'Input "backup" has no effect with "method: blue-green": nothing but traffic moves. Take it out.'],
  [{ ...blueGreen, migrations: 'alembic', 'migrations-dir': 'backend' },
    'Input "hosts" is required with "method: blue-green" and "migrations: alembic". Name the hosts on which the servers of the block run.',
    'Input "app-dir" is required with "method: blue-green" and "migrations: alembic". Set it to the checkout on those hosts, such as /var/www/app.'],
  [{ ...canary, canary: '' }, 'Input "canary" is required with "method: canary". Set it to the server as the block names it, such as canary.internal:8000.'],
  [{ ...canary, commit: 'v1' },
    'Input "hosts" is required with "method: canary" and "commit". Name the hosts on which the servers of the block run.',
    'Input "app-dir" is required with "method: canary" and "commit". Set it to the checkout on those hosts, such as /var/www/app.'],
  [{ ...canary, commit: 'v1', 'load-balancers': '', hosts: 'a@canary', 'app-dir': '/srv/app' }, 'Input "load-balancers" is required with "method: canary" and "commit": "hosts" names the canary then. Name the hosts that run nginx, one per line.'],
  [{ maintenance: 'true' }, 'Input "maintenance" has no effect with "method: git": production is not stopped. Take it out.'],
  [{ 'maintenance-page': 'page.html' }, 'Input "maintenance-page" has no effect without "maintenance: true". Set "maintenance: true", or take it out.'],
  [{ method: 'database', 'env-file': '.env', maintenance: 'true' },
    'Input "nginx-config" is required with "maintenance: true". Set it to the file on the load balancers that holds the upstream block, such as /etc/nginx/conf.d/app.conf.',
    'Input "upstream" is required with "maintenance: true". Set it to the name of that block.'],
  // hosts
  [{ hosts: '' }, 'Input "hosts" is required. Set it in the workflow or in the config file.'],
  [{ hosts: '# none' }, 'Input "hosts" must name one host at least, got only comments. Write one host per line.'],
  [{ hosts: 'web 1' }, 'Input "hosts" must be [user@]host[:port], got "web 1". Correct it in the workflow.'],
  [{ hosts: 'deploy@web-1\n\n# the second\ndeploy@web_2' }, 'Line 4 of input "hosts" must be [user@]host[:port], got "deploy@web_2". Correct it in the workflow.'],
  [{ hosts: 'deploy@web-1:99999' }, 'Input "hosts" must be [user@]host[:port], got "deploy@web-1:99999". A port is a number from 1 to 65535.'],
  [{ hosts: 'deploy@wéb-1' }, 'Input "hosts" must be [user@]host[:port], got "deploy@wéb-1". Write the name in ASCII: xn--wb-1-bpa.'],
  [{ hosts: 'deploy@2001:db8::1' }, 'Input "hosts" must be [user@]host[:port], got "deploy@2001:db8::1". Write an IPv6 address in brackets: [2001:db8::1]:22.'],
  [{ hosts: 'deploy@[2001:db8::g]' }, 'Input "hosts" must be [user@]host[:port], got "deploy@[2001:db8::g]". Correct it in the workflow.'],
  [{ hosts: 'deploy@10.0.0.256' }, 'Input "hosts" must be [user@]host[:port], got "deploy@10.0.0.256". Correct it in the workflow.'],
  [{ hosts: '-oProxyCommand=x@web-1' }, 'Input "hosts" must be [user@]host[:port], got "-oProxyCommand=x@web-1". The part before @ is not a user name.'],
  [{ hosts: 'a@web-1\nb@WEB-1:22' }, 'Input "hosts" must name each host once, got b@WEB-1:22 again. Take one of the lines out.'],
  [{ hosts: 'a@web-1\na@web-1' }, 'Line 2 of input "hosts" must not repeat another line, got "a@web-1". Correct it in the workflow.'],
  [{ hosts: 'web-1\nroot@web-2\nweb-3' }, 'Input "hosts" names web-1, web-3 without a user, and "ssh-user" is not set. Set "ssh-user", or write deploy@web-1.'],
  [{ hosts: manyHosts }, 'Input "hosts" must name at most 256 hosts, got 257. Roll back in several runs, each with an environment of its own.'],
  [{ 'database-host': 'db:0' }, 'Input "database-host" must be [user@]host[:port], got "db:0". A port is a number from 1 to 65535.'],
  [{ 'database-host': 'dba@web-1' }, 'Inputs "database-host" and "hosts" name dba@web-1 and deploy@web-1, one host with two users. Give both the same user.'],
  [{ 'database-host': 'db-1' }, 'Input "database-host" names db-1 without a user, and "ssh-user" is not set. Set "ssh-user", or write deploy@db-1.'],
  // ssh
  [{ 'ssh-user': 'a b' }, 'Input "ssh-user" must be a user name of letters, digits, ".", "_" and "-", got "a b". Correct it in the workflow.'],
  [{ 'ssh-port': '65536' }, 'Input "ssh-port" must be a whole number from 1 to 65535, got "65536". Correct it in the workflow.'],
  [{ 'ssh-private-key': '' }, 'Input "ssh-private-key" is required. Pass it with ssh-private-key: ${{ secrets.… }}; a secret that this job\'s environment does not have arrives empty.'],
  [{ 'ssh-private-key': 'hunter2' }, 'Input "ssh-private-key" must be a private key in PEM or OpenSSH form. It begins with "-----BEGIN … PRIVATE KEY-----": pass the whole file.'],
  [{ 'ssh-private-key': 'ssh-ed25519 AAAAC3 me' }, 'Input "ssh-private-key" must be a private key in PEM or OpenSSH form. This is the public key; the private one is in the file without ".pub".'],
  [{ 'ssh-private-key': 'PuTTY-User-Key-File-3: ssh-ed25519' }, 'Input "ssh-private-key" must be a private key in PEM or OpenSSH form. Convert it: puttygen key.ppk -O private-openssh -o key.'],
  [{ 'ssh-private-key': key.replaceAll('\n', ' ') }, 'Input "ssh-private-key" must be a private key in PEM or OpenSSH form. Its line breaks are lost: pass the file as it is.'],
  [{ 'ssh-private-key': key.split('\n').slice(0, 2).join('\n') }, 'Input "ssh-private-key" must be a private key in PEM or OpenSSH form. It does not end with "-----END PRIVATE KEY-----": pass the whole file.'],
  [{ 'ssh-private-key': key.replaceAll('PRIVATE', 'ENCRYPTED PRIVATE') }, 'Input "ssh-passphrase" is required: the key in "ssh-private-key" is encrypted. Pass it with ssh-passphrase: ${{ secrets.… }}.'],
  [{ 'ssh-known-hosts': '' }, 'Input "ssh-known-hosts" is required. Set it in the workflow or in the config file.'],
  [{ 'ssh-known-hosts': 'web-1' }, 'Input "ssh-known-hosts" must be a known_hosts line: host, key type, key, got "web-1". Take the lines from ssh-keyscan <host>, and compare the keys with the host\'s own.'],
  [{ 'ssh-known-hosts': '# web-1\nssh-ed25519 AAAAC3Nz' }, 'Line 2 of input "ssh-known-hosts" must be a known_hosts line: host, key type, key, got "ssh-ed25519 AAAAC3Nz". The host is missing before the key.'],
  [{ 'ssh-known-hosts': '# web-1' }, 'Input "ssh-known-hosts" must hold known_hosts lines, got only comments. Correct it in the workflow.'],
  [{ 'ssh-jump-host': 'b@stion@x' }, 'Input "ssh-jump-host" must be [user@]host[:port], got "b@stion@x". Correct it in the workflow.'],
  [{ 'ssh-jump-host': 'bastion' }, 'Input "ssh-jump-host" names bastion without a user, and "ssh-user" is not set. Set "ssh-user", or write deploy@bastion.'],
  [{ 'ssh-connect-timeout': '0' }, 'Input "ssh-connect-timeout" must be a duration of at least 1s, got "0". Correct it in the workflow.'],
  // app
  [{ 'app-dir': '' }, 'Input "app-dir" is required. Set it in the workflow or in the config file.'],
  [{ 'app-dir': 'apps' }, 'Input "app-dir" must be an absolute path, such as /var/www/app, got "apps". Correct it in the workflow.'],
  [{ 'app-dir': '/var' }, 'Input "app-dir" must not be a directory of the system, got "/var". Correct it in the workflow.'],
  [{ 'app-dir': '/' }, 'Input "app-dir" must not be a directory of the system, got "/". Correct it in the workflow.'],
  [{ 'app-dir': '/usr/bin/x' }, 'Input "app-dir" must not be a directory of the system, got "/usr/bin/x". Correct it in the workflow.'],
  [{ 'app-dir': '/var/www/../x' }, 'Input "app-dir" must be a path without "//", "." and ".." in it, got "/var/www/../x". Correct it in the workflow.'],
  [{ 'app-dir': '/var//www' }, 'Input "app-dir" must be a path without "//", "." and ".." in it, got "/var//www". Correct it in the workflow.'],
  [{ dirty: 'savee' }, 'Input "dirty" must be "save" or "refuse", got "savee". Did you mean "save"?'],
  [{ dirty: 'x' }, 'Input "dirty" must be "save" or "refuse", got "x". Correct it in the workflow.'],
  [{ services: '*.service' }, 'Input "services" must be a systemd unit, such as app.service, without wildcards, got "*.service". Correct it in the workflow.'],
  [{ services: '-x' }, 'Input "services" must be a systemd unit, such as app.service, without wildcards, got "-x". Correct it in the workflow.'],
  [{ services: 'data.mount' }, 'Input "services" must be a systemd unit, such as app.service, without wildcards, got "data.mount". Correct it in the workflow.'],
  [{ 'install-when': '*.lock' }, 'Input "install-when" has no effect without "install-command". Set "install-command", or take it out.'],
  [{ 'install-command': 'make', 'install-when': '/x' }, 'Input "install-when" must be a relative path, got "/x". Correct it in the workflow.'],
  [{ migrations: 'alembik', 'migrations-dir': 'x' }, 'Input "migrations" must be "alembic", "command" or "none", got "alembik". Did you mean "alembic"?'],
  [{ migrations: 'alembic' }, 'Input "migrations-dir" is required with "migrations: alembic". Set it to the directory of alembic.ini, relative to "app-dir".'],
  [{ migrations: 'command' }, 'Input "migrations-down-command" is required with "migrations: command". Set it, or set "schema: keep" to leave the database as it is.',
    'Input "migrations-up-command" is required with "migrations: command". Set it, or set "schema: keep" to leave the database as it is.'],
  [{ migrations: 'alembic', 'migrations-dir': 'apps', 'migrations-up-command': 'x' }, 'Input "migrations-up-command" has no effect with "migrations: alembic". Set "migrations: command", or take it out.'],
  [{ 'migrations-dir': 'apps' }, 'Input "migrations-dir" has no effect with "migrations: none". Set "migrations: alembic" or "migrations: command", or take it out.'],
  [{ 'migrations-down-command': 'x' }, 'Input "migrations-down-command" has no effect with "migrations: none". Set "migrations: command", or take it out.'],
  [{ migrations: 'alembic', 'migrations-dir': '../x', virtualenv: '../../v' }, 'Input "migrations-dir" must be a path without "//", "." and ".." in it, got "../x". Correct it in the workflow.',
    'Input "virtualenv" must be a path that does not begin with "~" or "..", got "../../v". Write it as an absolute path.'],
  [{ virtualenv: 'v' }, 'Input "virtualenv" has no effect without "migrations" or "install-command". Set "migrations" or "install-command", or take it out.'],
  // data
  [{ 'database-url': 'oracle://a:hunter2@h/db' }, 'Input "database-url" must begin with mysql://, mariadb:// or postgresql://, with a driver or without (mariadb+pymysql://). Correct it in the workflow.'],
  [{ 'database-url': 'mysql://a:hun#ter2@h/db' }, 'Input "database-url" must be an address such as mariadb://user:password@host:3306/database. Percent-encode special characters of the password: @ is %40, / is %2F, # is %23.'],
  [{ 'database-url': 'mysql://a:hunter2@h' }, 'Input "database-url" must name one database after the host: mariadb://user:password@host:3306/database. Correct it in the workflow.'],
  [{ 'database-url': 'mysql://a:hunter2@h/db', 'env-file': '.env' }, 'Inputs "database-url" and "env-file" both name the database. Keep one of them.'],
  [{ 'env-file': '.env', 'env-key': 'A-B' }, 'Input "env-key" must be the name of a variable, such as DATABASE_URL, got "A-B". Correct it in the workflow.'],
  [{ 'env-file': '~/.env' }, 'Input "env-file" must be a path that does not begin with "~" or "..", got "~/.env". Write it as an absolute path.'],
  [{ backup: 'database' }, 'Input "backup" must not hold "database" where no database is known. Set "database-url" or "env-file".'],
  [{ backup: 'app\nnone' }, 'Input "backup" must be "none" alone, got app, none. Take "none" out, or everything else.'],
  [{ backup: 'app, none' }, 'Input "backup" must be "database", "app", "rds" or "none", got "app, none". Correct it in the workflow.'],
  [{ 'backup-dir': '/var/www/green-matchers/backups' }, 'Input "backup-dir" must not be inside "app-dir": what a checkout cleans away is no backup. Name a directory beside it.'],
  [{ 'backup-keep': '0' }, 'Input "backup-keep" must be a whole number from 1 to 1000, got "0". Correct it in the workflow.'],
  [{ 'backup-timeout': '121h' }, 'Input "backup-timeout" must be a duration of at most 120h, got "121h". Correct it in the workflow.'],
  [{ 'max-data-loss-rows': 'some' }, 'Input "max-data-loss-rows" must be a whole number from 0, or "any", got "some". Correct it in the workflow.'],
  [{ 'max-data-loss-rows': '0' }, 'Input "max-data-loss-rows" must be "any" where no database is known: nothing could be counted. Set "database-url" or "env-file".'],
  // restore
  [{ backup: 'rds' }, 'Input "backup" must not hold "rds" without "rds-instance". Set "rds-instance", or take "rds" out.'],
  [{ method: 'database' }, 'Input "env-file" or "database-url" is required with "method: database". Set "env-file" to the file that holds the address of the database.'],
  [{ method: 'database', 'env-file': '.env', 'health-url': '' }, 'Input "health-url" or "host-health-url" is required with "method: database". Set one of them: without it nothing proves that production is back.'],
  [{ method: 'database', 'env-file': '.env', backup: 'none' }, 'Input "backup" must not be "none" with "method: database": what is live now would be lost. Take it out: what is live now is saved first.'],
  [{ method: 'database', 'database-url': 'mysql://a:hunter2@h/db', cutover: 'repoint' }, 'Input "cutover" must not be "repoint" without "env-file": there is no file in which the address could be changed. Set "env-file", or another "cutover".'],
  [{ method: 'database', 'env-file': '.env', cutover: 'rename' }, 'Input "cutover" must not be "rename" without "rds-instance". Set "cutover: swap" or "cutover: repoint".'],
  [{ method: 'database', 'env-file': '.env', cutover: 'swap', 'rds-instance': 'db1' }, 'Input "cutover" must not be "swap" with "rds-instance": the restored data is another instance. Set "cutover: repoint" or "cutover: rename".'],
  [{ method: 'database', 'env-file': '.env', 'restore-from': 'snapshot:before' }, 'Input "restore-from" must not name a snapshot without "rds-instance". Set "rds-instance", or name a file on the database host.'],
  [{ method: 'database', 'env-file': '.env', 'restore-from': 'time:latest' }, 'Input "restore-from" must not name a time without "rds-instance". Set "rds-instance", or name a file on the database host.'],
  [{ method: 'database', 'env-file': '.env', 'restore-from': '/b.sql.gz', 'rds-instance': 'db1' }, 'Input "restore-from" must not be a file with "rds-instance". Name a snapshot (snapshot:<id>), a time, or take "rds-instance" out to restore a dump.'],
  [{ method: 'database', 'rds-instance': 'db1' }, 'Input "max-data-loss-rows" must be "any" where no database is known: nothing could be counted. Set "env-file" or "database-url", or "max-data-loss-rows: any".'],
  [{ 'restore-from': 'yesterday' }, 'Input "restore-from" must be "latest", an absolute path, snapshot:<id> or time:<ISO 8601>, got "yesterday". Correct it in the workflow.'],
  [{ 'restore-from': 'time:2025-03-01' }, 'Input "restore-from" must be "latest", an absolute path, snapshot:<id> or time:<ISO 8601>, got "time:2025-03-01". Write the time as 2025-03-01T14:30:00Z.'],
  [{ 'restore-from': 'snapshot:-x' }, 'Input "restore-from" must be "latest", an absolute path, snapshot:<id> or time:<ISO 8601>, got "snapshot:-x". Name the snapshot by its identifier or its ARN.'],
  [{ 'rds-instance': 'db--1' }, 'Input "rds-instance" must be the identifier of an RDS instance or cluster: letters, digits and "-", a letter first, got "db--1". Correct it in the workflow.'],
  [{ 'aws-region': 'Frankfurt' }, 'Input "aws-region" must be an AWS region, such as eu-central-1, got "Frankfurt". Correct it in the workflow.'],
  [{ 'expected-aws-account-id': '123' }, 'Input "expected-aws-account-id" must be an AWS account id of 12 digits, got "123". Correct it in the workflow.'],
  [{ 'database-admin-url': 'https://root:hunter2@h' }, 'Input "database-admin-url" must begin with mysql://, mariadb:// or postgresql://, with a driver or without (mariadb+pymysql://). Correct it in the workflow.'],
  // verify
  [{ 'health-url': '' }, 'Input "health-url" or "host-health-url" is required with "method: git". Set one of them: without it nothing proves that production is back.'],
  [{ 'health-url': 'green.example/health' }, 'Input "health-url" must be an http or https address, got "green.example/health". Write it with its scheme: https://green.example/health'],
  [{ 'health-url': 'https://u:hunter2@green.example/' }, 'Input "health-url" must be an http or https address without user and password. Addresses are printed in logs and reports, so they hold no credentials.'],
  [{ 'health-url': 'https://green.example/#x' }, 'Input "health-url" must be an http or https address without a fragment (#…), got "https://green.example/#x". Correct it in the workflow.'],
  [{ 'health-url': 'https://a.example/\nftp://x/' }, 'Line 2 of input "health-url" must be an http or https address, got "ftp://x/". Correct it in the workflow.'],
  [{ 'host-health-url': 'https:///x' }, 'Input "host-health-url" must be an http or https address, got "https:///x". Correct it in the workflow.'],
  [{ 'health-timeout': '5 m' }, 'Input "health-timeout" must be a duration such as 250ms, 90s, 5m or 2h, got "5 m". Correct it in the workflow.'],
  [{ 'health-interval': '10ms' }, 'Input "health-interval" must be a duration of at least 100ms, got "10ms". Correct it in the workflow.'],
  [{ 'health-successes': '0' }, 'Input "health-successes" must be a whole number from 1 to 100, got "0". Correct it in the workflow.'],
  [{ 'health-successes': '100' }, 'Input "health-timeout" must be longer than 99s, which 100 answers at an interval of 1s take; it is 1m. Raise "health-timeout", or lower "health-successes" or "health-interval".'],
  [{ 'version-from': 'X-Version' }, 'Input "version-from" must be header:<name> or json:/<pointer>, got "X-Version". Correct it in the workflow.'],
  [{ 'smoke-tests': 'api.hurl' }, 'Input "smoke-tests" names api.hurl, which cannot be read. Name a .hurl file of the repository, which the job has checked out before.'],
  [{ 'smoke-tests': 'https://a.example/\n../api.hurl' }, 'Line 2 of input "smoke-tests" must be a path without "//", "." and ".." in it, got "../api.hurl". Correct it in the workflow.'],
  [{ 'smoke-tests': '/etc/api.hurl' }, 'Input "smoke-tests" must be a relative path, got "/etc/api.hurl". Correct it in the workflow.'],
  [{ 'smoke-tests': 'GET https://a.example/\nFETCH https://a.example/' }, 'Line 2 of input "smoke-tests" must be a smoke test: the method must be one of GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE, got "FETCH". The form is: [METHOD] URL [=> STATUS] [contains "text"] [within 2s], or the path of a .hurl file'],
  [{ 'log-files': '../log' }, 'Input "log-files" must be a path that does not begin with "~" or "..", got "../log". Write it as an absolute path.'],
  [{ soak: '1.5s' }, 'Input "soak" must be a duration such as 250ms, 90s, 5m or 2h, got "1.5s". Correct it in the workflow.'],
  // run and tell
  [{ timeout: 'never' }, 'Input "timeout" must be a duration such as 250ms, 90s, 5m or 2h, or "none", got "never". Correct it in the workflow.'],
  [{ parallel: 'two' }, 'Input "parallel" must be a whole number from 1, got "two". Correct it in the workflow.'],
  [{ parallel: '08' }, 'Input "parallel" must be a whole number from 1, got "08". Correct it in the workflow.'],
  [{ batch: '0%' }, 'Input "batch" must be a share from 1% to 100% or a number of hosts from 1, got "0%". Correct it in the workflow.'],
  [{ batch: '101%' }, 'Input "batch" must be a share from 1% to 100% or a number of hosts from 1, got "101%". Correct it in the workflow.'],
  [{ 'on-failure': 'undoo' }, 'Input "on-failure" must be "undo" or "stop", got "undoo". Did you mean "undo"?'],
  [{ 'on-cancel': 'Undo' }, 'Input "on-cancel" must be "undo" or "stop", got "Undo". Did you mean "undo"?'],
  [{ 'lock-wait': '-1' }, 'Input "lock-wait" must be a duration such as 250ms, 90s, 5m or 2h, got "-1". Correct it in the workflow.'],
  [{ 'before-command': 'a\u0000b' }, 'Input "before-command" must not contain control characters. Correct it in the workflow.'],
  [{ 'incident-report': '/etc/x' }, 'Input "incident-report" must be a relative path, got "/etc/x". Correct it in the workflow.'],
  [{ 'github-token': 'ghs_a\nghs_b' }, 'Input "github-token" must be one line. Correct it in the workflow.'],
];

describe('bad input', () => {
  test.each(bad.map(([over, ...expected]) => ({ title: JSON.stringify(over).slice(0, 90), over, expected })))('$title', ({ over, expected }) => {
    expect(mistakes(over)).toEqual(expected);
  });

  test('all of it is told at once, each with the code invalid-input', () => {
    const error = errorOf(() => read({ parallel: 'two', paralel: '2', 'app-dir': '', hosts: 'web 1\nweb 2', 'health-url': '' }));
    expect(error.message).toMatchInlineSnapshot(`
      "Input "paralel" is not known. Did you mean "parallel"?
      Line 1 of input "hosts" must be [user@]host[:port], got "web 1". Correct it in the workflow.
      Line 2 of input "hosts" must be [user@]host[:port], got "web 2". Correct it in the workflow.
      Input "parallel" must be a whole number from 1, got "two". Correct it in the workflow.
      Input "health-url" or "host-health-url" is required with "method: git". Set one of them: without it nothing proves that production is back.
      Input "app-dir" is required. Set it in the workflow or in the config file."
    `);
    expect(new Set(error.failures.map(({ code }) => code))).toEqual(new Set(['invalid-input']));
  });

  test('the methods that may be asked for are those that there are', () => {
    expect(readInputs({ ...minimal, method: 'other' }, undefined, ['git', 'other']).method).toBe('other');
    expect(() => readInputs({ ...minimal, method: 'othr' }, undefined, ['git', 'other'])).toThrow(
      'Input "method" must be "git" or "other", got "othr". Did you mean "other"?',
    );
  });

  test('what does not print as itself is shown escaped, and cut', () => {
    expect(mistakes({ dirty: `\u202esave\n##[error]${'x'.repeat(100)}` })).toEqual([
      `Input "dirty" must be "save" or "refuse", got "\\u{202e}save\\n##[error]${'x'.repeat(64)}…". Correct it in the workflow.`,
    ]);
  });

  test('no text makes anything else than one error of ours', () => {
    const names = Object.keys(minimal);
    fc.assert(fc.property(fc.constantFrom(...names, 'commit', 'batch', 'smoke-tests', 'database-url', 'virtualenv'), fc.string({ unit: 'binary' }), (name, text) => {
      try {
        read({ [name]: text });
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(RollbackError);
      }
    }));
  });
});

describe('secrets', () => {
  const secret = fc.stringMatching(/^[Q-Z2-9]{8,40}$/);
  const around = fc.constantFrom<(text: string) => string>(
    (text) => text,
    (text) => `mysql://app:${text}@db/shop?x`,
    (text) => `oracle://app:${text}@db/shop`,
    (text) => `-----BEGIN PRIVATE KEY-----\n${text}\n`,
    (text) => `${text}\u0000`,
    (text) => `${text}\n${text}`,
  );

  test('are in no message, whichever way they are wrong', () => {
    fc.assert(fc.property(fc.constantFrom(...secretInputs), secret, around, (name, value, wrap) => {
      const told = mistakes({ [name]: wrap(value), parallel: 'two' }).join('\n');
      expect(told).toContain('Input "parallel"');
      expect(told).not.toContain(value);
    }));
  });

  test('are in no message when they are put into another input too', () => {
    fc.assert(fc.property(fc.constantFrom(...secretInputs), fc.constantFrom('ssh-user', 'hosts', 'commit', 'smoke-tests', 'env-key', 'health-url', 'ssh-jump-host'), secret, around, (name, other, value, wrap) => {
      const text = wrap(value);
      expect(mistakes({ [name]: text, [other]: text, parallel: 'two' }).join('\n')).not.toContain(value);
    }));
  });

  test('are not shown in part where a long value is cut', () => {
    const value = 'QRSTUVWXYZ'.repeat(6);
    expect(mistakes({ 'github-token': value, dirty: `keep ${'-'.repeat(40)} ${value}` })).toEqual([
      `Input "dirty" must be "save" or "refuse", got "keep ${'-'.repeat(40)} ***". Correct it in the workflow.`,
    ]);
  });
});

describe('good input', () => {
  test('the least that git needs, and what stands for the rest', () => {
    const { sshPrivateKey, sshKnownHosts, ...rest } = read({});
    expect(sshPrivateKey).toBe(`${key}\n`);
    expect(sshKnownHosts).toBe(`${minimal['ssh-known-hosts']}\n`);
    expect(rest).toMatchInlineSnapshot(`
      {
        "accessLog": undefined,
        "afterCommand": undefined,
        "appDir": "/var/www/green-matchers",
        "awsRegion": undefined,
        "backup": [],
        "backupDir": "/var/backups/green-matchers",
        "backupKeep": 5,
        "backupTimeout": 7200000,
        "batch": {
          "percent": 100,
        },
        "beforeCommand": undefined,
        "blue": undefined,
        "canary": undefined,
        "commentOnPullRequest": false,
        "commit": undefined,
        "confirmTimeout": 30000,
        "cutover": "swap",
        "databaseAdminUrl": undefined,
        "databaseHost": {
          "address": "web-1",
          "name": "web-1",
          "port": 22,
          "user": "deploy",
        },
        "databaseUrl": undefined,
        "detectedAt": undefined,
        "dirty": "save",
        "drill": false,
        "dryRun": false,
        "envFile": undefined,
        "envKey": "DATABASE_URL",
        "environment": "production",
        "expectedAwsAccountId": undefined,
        "githubToken": undefined,
        "green": undefined,
        "healthInterval": 1000,
        "healthSuccesses": 3,
        "healthTimeout": 60000,
        "healthUrl": [
          "https://green.example/health",
        ],
        "hostHealthUrl": [],
        "hosts": [
          {
            "address": "web-1",
            "name": "web-1",
            "port": 22,
            "user": "deploy",
          },
        ],
        "hurlFiles": [],
        "incidentIssue": false,
        "incidentLabels": [
          "incident",
          "rollback",
        ],
        "incidentReport": "incident-report.md",
        "installCommand": undefined,
        "installWhen": [
          "requirements*.txt",
          "poetry.lock",
          "uv.lock",
          "package-lock.json",
          "yarn.lock",
          "pnpm-lock.yaml",
          "Gemfile.lock",
          "composer.lock",
        ],
        "loadBalancers": [],
        "lockWait": 0,
        "logFiles": [],
        "maintenance": false,
        "maintenancePage": undefined,
        "maxDataLossRows": "any",
        "method": "git",
        "migrations": "none",
        "migrationsDir": undefined,
        "migrationsDownCommand": undefined,
        "migrationsUpCommand": undefined,
        "nginxConfig": undefined,
        "onCancel": "undo",
        "onFailure": "undo",
        "parallel": 32,
        "rdsInstance": undefined,
        "reason": undefined,
        "reload": [],
        "restoreFrom": {
          "kind": "latest",
        },
        "revertPullRequest": false,
        "schema": "downgrade",
        "services": [],
        "slackWebhookUrl": undefined,
        "smokeTests": [],
        "soak": 0,
        "sshConnectTimeout": 20000,
        "sshJumpHost": undefined,
        "sshPassphrase": undefined,
        "statuspageApiKey": undefined,
        "statuspageApiUrl": "https://api.statuspage.io/v1",
        "statuspageComponentIds": [],
        "statuspagePageId": undefined,
        "switchTo": undefined,
        "timeout": 300000,
        "upstream": undefined,
        "versionFrom": undefined,
        "virtualenv": undefined,
        "webhookUrl": undefined,
      }
    `);
  });

  test('everything set', () => {
    const { sshPrivateKey, sshKnownHosts, ...rest } = read({
      commit: 'release/2025.1',
      environment: 'staging',
      reason: ' The jobs page\n  answers 500. ',
      'detected-at': '2025-03-01T14:30:00+01:00',
      'dry-run': 'True',
      hosts: '# in this order\nweb-1\r\nroot@web-2:2222\r\n\r\n[2001:db8::1]',
      'database-host': 'db-1',
      'ssh-user': 'deploy',
      'ssh-port': '2200',
      'ssh-passphrase': 'open sesame',
      'ssh-jump-host': 'jump@bastion.example:22',
      'ssh-connect-timeout': '5s',
      'app-dir': '/srv/shop/',
      dirty: 'refuse',
      services: 'shop-api\nshop-worker@1.service\nshop.timer',
      reload: 'nginx',
      'install-command': 'pip install -r requirements.txt\nnpm ci',
      'install-when': 'requirements*.txt\napps/web/package-lock.json',
      migrations: 'alembic',
      'migrations-dir': './apps/backend',
      virtualenv: '.venv',
      schema: 'keep',
      'env-file': 'apps/backend/.env',
      'env-key': 'SQLALCHEMY_URL',
      backup: 'database\napp',
      'backup-dir': '/mnt/backups/shop',
      'backup-keep': '2',
      'backup-timeout': '30m',
      'max-data-loss-rows': '0',
      'health-url': 'https://shop.example/health\nhttp://10.0.0.5:8080/health?deep=1',
      'host-health-url': 'http://127.0.0.1:8000/health',
      'health-timeout': '2m',
      'health-interval': '250ms',
      'health-successes': '5',
      'version-from': 'json:/commit',
      'smoke-tests': 'https://shop.example/api/jobs\nPOST https://shop.example/api/x => 201 contains "ok" within 2s',
      'log-files': '/var/log/nginx/error.log\nlogs/app.log',
      'access-log': '/var/log/nginx/access.log',
      soak: '30',
      timeout: 'none',
      parallel: '4',
      batch: '25%',
      'on-failure': 'stop',
      'on-cancel': 'stop',
      'lock-wait': '1h',
      'before-command': './announce.sh',
      'after-command': './announce.sh done',
      'github-token': 'ghs_token',
      'incident-report': 'reports/incident.md',
    });
    expect([sshPrivateKey, sshKnownHosts]).not.toContain('');
    expect(rest).toMatchInlineSnapshot(`
      {
        "accessLog": "/var/log/nginx/access.log",
        "afterCommand": "./announce.sh done",
        "appDir": "/srv/shop",
        "awsRegion": undefined,
        "backup": [
          "database",
          "app",
        ],
        "backupDir": "/mnt/backups/shop",
        "backupKeep": 2,
        "backupTimeout": 1800000,
        "batch": {
          "percent": 25,
        },
        "beforeCommand": "./announce.sh",
        "blue": undefined,
        "canary": undefined,
        "commentOnPullRequest": false,
        "commit": "release/2025.1",
        "confirmTimeout": 30000,
        "cutover": "repoint",
        "databaseAdminUrl": undefined,
        "databaseHost": {
          "address": "db-1",
          "name": "db-1",
          "port": 2200,
          "user": "deploy",
        },
        "databaseUrl": undefined,
        "detectedAt": 1740835800000,
        "dirty": "refuse",
        "drill": false,
        "dryRun": true,
        "envFile": "/srv/shop/apps/backend/.env",
        "envKey": "SQLALCHEMY_URL",
        "environment": "staging",
        "expectedAwsAccountId": undefined,
        "githubToken": "ghs_token",
        "green": undefined,
        "healthInterval": 250,
        "healthSuccesses": 5,
        "healthTimeout": 120000,
        "healthUrl": [
          "https://shop.example/health",
          "http://10.0.0.5:8080/health?deep=1",
        ],
        "hostHealthUrl": [
          "http://127.0.0.1:8000/health",
        ],
        "hosts": [
          {
            "address": "web-1",
            "name": "web-1",
            "port": 2200,
            "user": "deploy",
          },
          {
            "address": "web-2",
            "name": "web-2",
            "port": 2222,
            "user": "root",
          },
          {
            "address": "2001:db8::1",
            "name": "[2001:db8::1]",
            "port": 2200,
            "user": "deploy",
          },
        ],
        "hurlFiles": [],
        "incidentIssue": false,
        "incidentLabels": [
          "incident",
          "rollback",
        ],
        "incidentReport": "reports/incident.md",
        "installCommand": "pip install -r requirements.txt
      npm ci",
        "installWhen": [
          "requirements*.txt",
          "apps/web/package-lock.json",
        ],
        "loadBalancers": [],
        "lockWait": 3600000,
        "logFiles": [
          "/var/log/nginx/error.log",
          "/srv/shop/logs/app.log",
        ],
        "maintenance": false,
        "maintenancePage": undefined,
        "maxDataLossRows": 0,
        "method": "git",
        "migrations": "alembic",
        "migrationsDir": "/srv/shop/apps/backend",
        "migrationsDownCommand": undefined,
        "migrationsUpCommand": undefined,
        "nginxConfig": undefined,
        "onCancel": "stop",
        "onFailure": "stop",
        "parallel": 4,
        "rdsInstance": undefined,
        "reason": "The jobs page answers 500.",
        "reload": [
          "nginx.service",
        ],
        "restoreFrom": {
          "kind": "latest",
        },
        "revertPullRequest": false,
        "schema": "keep",
        "services": [
          "shop-api.service",
          "shop-worker@1.service",
          "shop.timer",
        ],
        "slackWebhookUrl": undefined,
        "smokeTests": [
          {
            "method": "GET",
            "status": [
              "2xx",
            ],
            "url": "https://shop.example/api/jobs",
          },
          {
            "contains": "ok",
            "method": "POST",
            "status": [
              201,
            ],
            "url": "https://shop.example/api/x",
            "within": 2000,
          },
        ],
        "soak": 30000,
        "sshConnectTimeout": 5000,
        "sshJumpHost": {
          "address": "bastion.example",
          "name": "bastion.example",
          "port": 22,
          "user": "jump",
        },
        "sshPassphrase": "open sesame",
        "statuspageApiKey": undefined,
        "statuspageApiUrl": "https://api.statuspage.io/v1",
        "statuspageComponentIds": [],
        "statuspagePageId": undefined,
        "switchTo": undefined,
        "timeout": "none",
        "upstream": undefined,
        "versionFrom": {
          "kind": "json",
          "pointer": "/commit",
        },
        "virtualenv": "/srv/shop/apps/backend/.venv",
        "webhookUrl": undefined,
      }
    `);
  });

  test.each<[string, Record<string, string>, Record<string, unknown>]>([
    ['a known database is backed up', { 'database-url': 'mysql://a:b@h/db' }, { backup: ['database'], databaseUrl: 'mysql://a:b@h/db' }],
    ['so is one that the env file knows', { 'env-file': '/etc/shop.env' }, { backup: ['database'], envFile: '/etc/shop.env' }],
    ['unless something else was asked for', { 'env-file': '.env', backup: 'app' }, { backup: ['app'] }],
    ['or nothing', { 'env-file': '.env', backup: 'none' }, { backup: [] }],
    ['a restore loses nothing unless it is allowed to, takes its time, and changes the address', { method: 'database', 'env-file': '.env' }, { maxDataLossRows: 0, timeout: 'none', cutover: 'repoint', backup: ['database'] }],
    ['without an env file it swaps', { method: 'database', 'database-url': 'postgresql://a:b@h/db' }, { cutover: 'swap' }],
    ['an instance is saved by a snapshot, and renamed where no file names it', { method: 'database', 'rds-instance': 'Db1', 'max-data-loss-rows': 'any' }, { cutover: 'rename', backup: ['rds'], rdsInstance: 'db1' }],
    ['a snapshot', { 'restore-from': 'snapshot:Before-42' }, { restoreFrom: { kind: 'snapshot', id: 'before-42' } }],
    ['a point in time', { 'restore-from': 'time:2025-03-01T14:30:00Z' }, { restoreFrom: { kind: 'time', at: Date.UTC(2025, 2, 1, 14, 30) } }],
    ['the last point in time', { 'restore-from': 'time:latest' }, { restoreFrom: { kind: 'time', at: 'latest' } }],
    ['a file', { 'restore-from': '/var/backups/app/database-1.sql.gz' }, { restoreFrom: { kind: 'file', path: '/var/backups/app/database-1.sql.gz' } }],
    ['a virtualenv without migrations is the application’s', { virtualenv: 'venv', 'install-command': 'pip' }, { virtualenv: '/var/www/green-matchers/venv' }],
    ['migrations in the checkout itself', { migrations: 'alembic', 'migrations-dir': '.' }, { migrationsDir: '/var/www/green-matchers' }],
    ['commands are not needed where the schema stays', { migrations: 'command', schema: 'keep' }, { migrations: 'command', schema: 'keep' }],
    ['health on the hosts alone', { 'health-url': '', 'host-health-url': 'http://127.0.0.1/' }, { healthUrl: [], hostHealthUrl: [new URL('http://127.0.0.1/')] }],
    ['a longer job than the standard', { 'health-successes': '60', 'health-timeout': '60s' }, { healthSuccesses: 60 }],
  ])('%s', (_what, over, expected) => {
    expect(read(over)).toMatchObject(expected);
  });

  test('a host is named without its port unless another differs only there', () => {
    const { hosts } = read({ hosts: 'a@127.0.0.1:2201\nb@127.0.0.1:2202\na@web-1:2203\na@[::1]:22' });
    expect(hosts.map(({ name }) => name)).toEqual(['127.0.0.1:2201', '127.0.0.1:2202', 'web-1', '[::1]']);
  });

  test.each([
    ['traffic alone: the load balancers', blueGreen, [], ['lb-1']],
    ['which are the hosts where none are named', { ...blueGreen, hosts: 'a@web-1', 'load-balancers': '' }, [], ['web-1']],
    ['a canary with a commit: its host too', { ...canary, hosts: 'a@canary', 'app-dir': '/srv/app', commit: 'v1' }, ['canary'], ['lb-1']],
    ['a colour with migrations: its host too', { ...blueGreen, hosts: 'a@blue', 'app-dir': '/srv/app', migrations: 'alembic', 'migrations-dir': '.' }, ['blue'], ['lb-1']],
    ['git has nothing to do with load balancers', { 'load-balancers': 'a@lb-1' }, ['web-1'], []],
    ['a restore has, where a page is shown', { method: 'database', 'env-file': '.env', maintenance: 'true', 'nginx-config': '/etc/nginx/app', upstream: 'app' }, ['web-1'], ['web-1']],
  ])('the hosts that a run works on: %s', (_what, over, hosts, balancers) => {
    const inputs = read(over);
    expect([inputs.hosts.map(({ name }) => name), inputs.loadBalancers.map(({ name }) => name)]).toEqual([hosts, balancers]);
  });

  test('a database host that is one of the hosts is that same host', () => {
    const { hosts, databaseHost } = read({ hosts: 'deploy@web-1\ndeploy@web-2', 'database-host': 'deploy@WEB-2:22' });
    expect(databaseHost).toBe(hosts[1]);
    expect(hosts).toHaveLength(2);
  });
});

describe('the config file', () => {
  test('gives what is not set', () => {
    const { timeout, environment, hosts, commit, dryRun } = read(
      { hosts: '', environment: '', timeout: '7m' },
      ['timeout: 1m', 'environment: staging', 'commit: 0123456', 'dry-run: true', 'hosts:', '  - deploy@web-7', '  - deploy@web-8'].join('\n'),
    );
    expect({ timeout, environment, commit, dryRun, hosts: hosts.map(({ name }) => name) }).toEqual({
      timeout: 420_000, environment: 'staging', commit: '0123456', dryRun: true, hosts: ['web-7', 'web-8'],
    });
  });

  test('is named where the mistake is in it, and so is every mistake', () => {
    expect(mistakes({ hosts: '' }, 'parallel: two\nhosts: [web 1, web-2]\npralel: 3\nssh-passphrase: hunter2\nconfig: other.yml\nsoak: {a: 1}')).toEqual([
      '"pralel" in rollback.yml is not known. Did you mean "parallel"?',
      '"ssh-passphrase" in rollback.yml is a secret, and secrets are inputs only. Take it out of the file, replace it wherever it is used, and pass it with ssh-passphrase: ${{ secrets.… }}.',
      '"config" in rollback.yml cannot name another file. Take it out.',
      '"soak" in rollback.yml must be a value or a list of values. Correct it in rollback.yml.',
      'Line 1 of input "hosts" must be [user@]host[:port], got "web 1". Correct it in rollback.yml.',
      'Input "parallel" must be a whole number from 1, got "two". Correct it in rollback.yml.',
    ]);
  });

  test('that cannot be read leaves what it may hold unsaid', () => {
    const missing = { path: 'x.yml', problem: 'which does not exist' };
    expect(errorOf(() => readInputs({ config: 'x.yml', parallel: 'two' }, missing, ['git'])).message.split('\n')).toEqual([
      'Input "config" names x.yml, which does not exist. Name a YAML file of the repository, which the job has checked out before.',
      'Input "parallel" must be a whole number from 1, got "two". Correct it in the workflow.',
    ]);
  });
});

test('.hurl files among the smoke tests are read, and those that are not there told with every other mistake', () => {
  const files: Readonly<Record<string, string>> = { 'checks/shop.hurl': 'GET https://shop.example/' };
  const readFile: ReadFile = (path) => (files[path] === undefined ? { problem: 'which does not exist' } : { text: files[path] });
  const given = { ...minimal, 'smoke-tests': './checks/shop.hurl\nhttps://shop.example/api/jobs' };
  expect(readInputs(given, undefined, ['git'], readFile)).toMatchObject({ hurlFiles: [{ path: 'checks/shop.hurl', text: 'GET https://shop.example/' }], smokeTests: [{ method: 'GET' }] });
  const wrong = { ...minimal, 'smoke-tests': 'checks/shop.hurl\nchecks/none.hurl\nnone.hurl', parallel: 'two' };
  expect(errorOf(() => readInputs(wrong, undefined, ['git'], readFile)).message.split('\n')).toEqual([
    'Input "parallel" must be a whole number from 1, got "two". Correct it in the workflow.',
    'Input "smoke-tests" names checks/none.hurl, which does not exist. Name a .hurl file of the repository, which the job has checked out before.',
    'Input "smoke-tests" names none.hurl, which does not exist. Name a .hurl file of the repository, which the job has checked out before.',
  ]);
});

function errorOf(act: () => unknown): RollbackError {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof RollbackError) return thrown;
    throw thrown;
  }
  throw new Error('Nothing was thrown');
}

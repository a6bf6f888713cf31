import { createHash } from "node:crypto";

/** The Debian release that every host of the fleet runs. */
export const suite = "trixie";

/** What a host has: what the guide's production has, and what the tests look at it with. */
const packages = [
  ..."systemd systemd-sysv dbus openssh-server sudo curl iproute2 procps less ca-certificates git".split(" "),
  ..."nginx mariadb-server mariadb-client postgresql postgresql-client xz-utils zstd".split(" "),
  ..."alembic gunicorn python3-flask python3-pymysql python3-psycopg2 python3-venv python3-pip".split(" "),
  ..."python3-moto python3-cffi-backend python3-flask-cors".split(" "),
];

/** Units that a host without console, disk or timetable does not need; each costs time at boot. */
const masked = [
  ..."getty.target console-getty.service systemd-logind.service systemd-udevd.service".split(" "),
  ..."systemd-networkd.service systemd-resolved.service systemd-timesyncd.service".split(" "),
  ..."apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service".split(" "),
  ..."fstrim.timer logrotate.timer man-db.timer systemd-tmpfiles-clean.timer systemd-hwdb-update.service".split(" "),
  ..."systemd-journal-catalog-update.service systemd-update-utmp.service ldconfig.service nginx-debug.service".split(" "),
];

/** The whole of what `deploy` may do as root. A test takes it away with `rm /etc/sudoers.d/rollback`. */
const sudoers = [
  "/usr/bin/systemctl restart green-matchers-api.service",
  "/usr/bin/systemctl stop green-matchers-api.service",
  "/usr/bin/systemctl start green-matchers-api.service",
  "/usr/bin/systemctl reset-failed green-matchers-api.service",
  "/usr/bin/systemctl reload nginx.service",
  "/usr/sbin/nginx -t",
  "/usr/bin/install -d -o deploy -g deploy -m 0700 /var/backups/green-matchers",
]
  .map((command) => `deploy ALL=(root) NOPASSWD: ${command}`)
  .join("\n");

/** A package that lies on every host in two versions, so that an install can be proved without a registry. */
const wheels = `
import zipfile
for version in ("1.0", "2.0"):
    info = f"green_matching-{version}.dist-info"
    with zipfile.ZipFile(f"/srv/wheels/green_matching-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("green_matching.py", f"version = '{version}'\\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: green-matching\\nVersion: {version}\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: fleet\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
`;

/** Run in the new system by its own shell, as root. */
export const configure = `
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
printf '%s\\n' force-unsafe-io 'path-exclude=/usr/share/doc/*' 'path-exclude=/usr/share/man/*' 'path-exclude=/usr/share/locale/*' > /etc/dpkg/dpkg.cfg.d/fleet
printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d
chmod 0755 /usr/sbin/policy-rc.d
apt-get install --yes --quiet=2 --no-install-recommends ${packages.join(" ")}
apt-get clean
rm -rf /var/lib/apt/lists/* /usr/sbin/policy-rc.d /etc/ssh/ssh_host_* /etc/nginx/sites-enabled/default /etc/resolv.conf /etc/machine-id
: > /etc/apt/sources.list

systemctl mask --quiet ${masked.join(" ")}
systemctl disable --quiet nginx.service mariadb.service postgresql.service
systemctl enable --quiet ssh.service
systemctl set-default --quiet multi-user.target

useradd --create-home --uid 1000 --user-group --shell /bin/bash --password '*' deploy
install -d -o deploy -g deploy -m 0700 /home/deploy/.ssh
cat > /etc/sudoers.d/rollback <<'END'
${sudoers}
END
chmod 0440 /etc/sudoers.d/rollback

cat > /etc/mysql/mariadb.conf.d/90-fleet.cnf <<'END'
[mariadbd]
bind-address = 0.0.0.0
skip-name-resolve
innodb_buffer_pool_size = 64M
innodb_log_file_size = 16M
END
install -d /etc/systemd/system/mariadb.service.d
printf '[Service]\\nExecStartPost=\\n' > /etc/systemd/system/mariadb.service.d/fleet.conf

for cluster in /etc/postgresql/*/main; do
  echo "listen_addresses = '*'" > "$cluster/conf.d/fleet.conf"
  echo 'host all all 10.231.0.0/16 scram-sha-256' >> "$cluster/pg_hba.conf"
done

install -d /srv/wheels
python3 - <<'END'
${wheels}
END
install -d -o deploy -g deploy /var/www/green-matchers /var/www/green-matchers/apps /var/www/green-matchers/apps/backend /var/log/green-matchers
cd /var/www/green-matchers/apps/backend
python3 -m venv --system-site-packages venv
venv/bin/pip install --quiet --no-index --find-links /srv/wheels green-matching==1.0
for name in alembic:alembic.config:main gunicorn:gunicorn.app.wsgiapp:run; do
  module=\${name#*:}
  printf '#!%s\\nimport sys\\nfrom %s import %s\\nsys.exit(%s())\\n' "$PWD/venv/bin/python3" "\${module%:*}" "\${module#*:}" "\${module#*:}" > "venv/bin/\${name%%:*}"
  chmod 0755 "venv/bin/\${name%%:*}"
done
chown -R deploy:deploy venv
`;

/** Names the image, so that a changed recipe is another image. */
export const recipeHash = createHash("sha256").update(configure).digest("hex").slice(0, 16);

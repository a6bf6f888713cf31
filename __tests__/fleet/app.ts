/** How a release answers `/health`, and what else is wrong with it. */
export type Health = "ok" | "500" | "dies-after-3s" | "slow" | "one-worker-bad";

/** What makes the app of one release differ from another's. */
export type App = {
  health: Health;
  /** How far the release has come: `jobs` knows only those, `careers` adds careers and analytics, `matches` the scores. */
  serves: "jobs" | "careers" | "matches";
  /** The version of the package `green-matching` without which it does not start. */
  needs: string;
};

const columns = {
  jobs: { jobs: "id, title, company, salary" },
  careers: { jobs: "id, title, company, salary, location", careers: "id, name, description", analytics: "id, name, value" },
  matches: { jobs: "id, title, company, salary, location, match_score", careers: "id, name, description", analytics: "id, name, value" },
};

/** The Flask app of a release. It tells the commit it was started from, not the one that lies there now. */
export function appSource({ health, serves, needs }: App): string {
  return `import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import green_matching
from flask import Flask, abort, jsonify

HEALTH = ${JSON.stringify(health)}
COLUMNS = ${JSON.stringify(columns[serves])}
NEEDS = ${JSON.stringify(needs)}

root = Path(__file__).resolve().parents[2]
version = (root / "VERSION").read_text().strip()
commit = subprocess.check_output(["git", "-C", str(root), "rev-parse", "HEAD"], text=True).strip()
app = Flask(__name__)

if green_matching.version != NEEDS:
    raise ImportError(f"green-matching {NEEDS} is needed, {green_matching.version} is installed")

if HEALTH == "dies-after-3s":
    threading.Timer(3, os.kill, (os.getppid(), signal.SIGKILL)).start()


def connect():
    url = urlsplit(os.environ["DATABASE_URL"])
    where = {"host": url.hostname, "port": url.port, "user": unquote(url.username), "password": unquote(url.password)}
    if url.scheme.startswith("postgresql"):
        import psycopg2
        return psycopg2.connect(dbname=url.path[1:], **where)
    import pymysql
    return pymysql.connect(database=url.path[1:], charset="utf8mb4", connect_timeout=3, **where)


def is_broken():
    if HEALTH == "one-worker-bad":
        siblings = Path(f"/proc/{os.getppid()}/task/{os.getppid()}/children").read_text().split()
        return min(map(int, siblings)) == os.getpid()
    return HEALTH == "500"


@app.before_request
def wait():
    if HEALTH == "slow":
        time.sleep(5)


@app.after_request
def name_version(response):
    response.headers["X-Version"] = version
    return response


@app.get("/health")
def health():
    if is_broken():
        return jsonify(status="broken", version=version, commit=commit, error="the matching engine has no model"), 500
    return jsonify(status="ok", version=version, commit=commit)


@app.get("/api/<table>")
def rows(table):
    if table not in COLUMNS:
        abort(404)
    connection = connect()
    try:
        cursor = connection.cursor()
        cursor.execute(f"SELECT {COLUMNS[table]} FROM {table} ORDER BY id LIMIT 20")
        names = [name for name, *_ in cursor.description]
        return jsonify([dict(zip(names, map(str, row))) for row in cursor.fetchall()])
    finally:
        connection.close()
`;
}

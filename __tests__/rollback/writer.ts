import type { Host } from '../fleet/host.ts';
import { until } from '../fleet/until.ts';

/** A process on a host that writes as an application does: 200 rows a second, over a new connection to wherever the env file leads whenever the old one fails. */
export type Writer = {
  /** Ends it; the numbers whose insert the server has acknowledged. */
  stop(): Promise<readonly number[]>;
};

const program = `
import re, sys, time
from urllib.parse import urlsplit, unquote

env_file, start = sys.argv[1], int(sys.argv[2])
acknowledged = open("/run/writer/acknowledged", "a", buffering=1)

def connect():
    url = urlsplit(re.search(r"^DATABASE_URL=(.*)$", open(env_file).read(), re.M).group(1))
    where = dict(host=url.hostname, port=url.port, user=unquote(url.username), password=unquote(url.password))
    if url.scheme.startswith("postgresql"):
        import psycopg2
        connection = psycopg2.connect(dbname=url.path[1:], connect_timeout=3, **where)
        connection.autocommit = True
        return connection
    import pymysql
    return pymysql.connect(database=url.path[1:], connect_timeout=3, autocommit=True, **where)

number, connection = start, None
while True:
    began = time.monotonic()
    try:
        connection = connection or connect()
        connection.cursor().execute("INSERT INTO analytics (name, value) VALUES ('written', %s)", (number,))
        acknowledged.write(f"{number}\\n")
    except Exception:
        try:
            connection.close()
        except Exception:
            pass
        connection = None
    number += 1
    time.sleep(max(0, 0.005 - (time.monotonic() - began)))
`;

/** @param start the first number; no number is written twice by one who counts on from the last */
export async function startWriter(host: Host, envFile: string, start: number): Promise<Writer> {
  await host.write('/run/writer/program.py', program);
  await host.run(`rm -f /run/writer/acknowledged; systemd-run --quiet --unit=writer python3 /run/writer/program.py ${envFile} ${start}`);
  const read = async () => (await host.run('cat /run/writer/acknowledged 2> /dev/null || :')).split('\n').filter(Boolean).map(Number);
  await until('the writer writes', async () => ((await read()).length > 50 ? true : undefined), 20);
  return {
    async stop() {
      await host.run('systemctl stop writer.service');
      return read();
    },
  };
}

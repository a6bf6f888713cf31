import type { Host } from "./host.ts";
import { mariadbSeeds, postgresqlSeeds } from "./seeds.ts";

/** What the production's database runs on. */
export type Engine = "mariadb" | "postgresql";

/** Has every kind of character that needs quoting somewhere: in a URL, a shell, SQL, an env file. */
export const databasePassword = "p@ss#w/ord%'$x";

/** Starts a host's database server and makes the app's empty database, with a user who may do anything in it and nothing else. */
export async function createDatabase(host: Host, engine: Engine): Promise<void> {
  const password = `'${databasePassword.replaceAll("'", "''")}'`;
  if (engine === "mariadb") {
    await host.run("systemctl add-wants --quiet multi-user.target mariadb.service && systemctl start mariadb.service && mariadb", {
      input: `CREATE DATABASE green_matchers_db CHARACTER SET utf8mb4;
CREATE USER green_user@'%' IDENTIFIED BY ${password};
GRANT ALL ON green_matchers_db.* TO green_user@'%';`,
    });
    return;
  }
  await host.run("systemctl add-wants --quiet multi-user.target postgresql.service && systemctl start postgresql.service && exec runuser -u postgres -- psql --quiet --set=ON_ERROR_STOP=1", {
    input: `CREATE USER green_user PASSWORD ${password};\nCREATE DATABASE green_matchers_db OWNER green_user;`,
  });
}

/** Fills the tables of the newest schema. */
export async function seed(host: Host, engine: Engine): Promise<void> {
  await host.run(appClient(engine), { input: engine === "mariadb" ? mariadbSeeds : postgresqlSeeds });
}

/** The shell command that reads SQL as the app's own user, on the database's host. */
export function appClient(engine: Engine): string {
  const password = `'${databasePassword.replaceAll("'", `'\\''`)}'`;
  if (engine === "mariadb") {
    return `MYSQL_PWD=${password} mariadb --default-character-set=utf8mb4 --batch --skip-column-names --host=127.0.0.1 --user=green_user green_matchers_db`;
  }
  return `PGPASSWORD=${password} psql --quiet --no-psqlrc --tuples-only --no-align --set=ON_ERROR_STOP=1 --host=127.0.0.1 --username=green_user green_matchers_db`;
}

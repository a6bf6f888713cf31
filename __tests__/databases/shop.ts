/** A database with everything that a restore can stumble on. */
export const shopSchema = String.raw`
CREATE TABLE jobs (id INT PRIMARY KEY AUTO_INCREMENT, title VARCHAR(80), raw VARBINARY(20), pay FLOAT, d DOUBLE, bits BIT(9), js JSON, made TIMESTAMP(3) NULL, parent INT, twice DOUBLE AS (pay * 2) STORED, FOREIGN KEY (parent) REFERENCES jobs (id));
INSERT INTO jobs (id, title, raw, pay, d, bits, js, made, parent) VALUES (1, 'ünï 🔑\n''quo(ted''),(', x'00ff5c27', 1.1, 0.1, b'101', '{"a":[1]}', '2024-10-27 02:30:00', NULL), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1), (3, 'back\\', '', 3, 1e300, b'0', '[]', NULL, 2);
CREATE TABLE child (job INT, note TEXT CHARACTER SET latin1, FOREIGN KEY (job) REFERENCES jobs (id) ON DELETE CASCADE);
INSERT INTO child VALUES (1, 'é'), (1, 'é'), (2, NULL);
CREATE TABLE ${'`odd ``na "me\\`'} (${'`a b`'} INT, b TEXT, c CHAR(3)) ENGINE=MyISAM;
INSERT INTO ${'`odd ``na "me\\`'} VALUES (1, 'x', 'y'), (1, 'x', 'y'), (NULL, NULL, '');
CREATE TABLE aria (a INT, b BLOB, kind ENUM('one', 'two'), at TIME) ENGINE=Aria;
INSERT INTO aria VALUES (1, x'c328', 'two', '-01:30:00');
CREATE TABLE none (id INT PRIMARY KEY);
CREATE TABLE alembic_version (version_num VARCHAR(32));
INSERT INTO alembic_version VALUES ('c3');
CREATE TABLE _rollback_old_1_before (id INT);
CREATE DEFINER=app@'%' VIEW titles AS SELECT title FROM jobs;
CREATE DEFINER=app@'%' VIEW deeper AS SELECT * FROM titles;
CREATE DEFINER=app@'%' TRIGGER t BEFORE INSERT ON jobs FOR EACH ROW SET NEW.title = TRIM(NEW.title);
DELIMITER $$
CREATE DEFINER=gone@'%' TRIGGER t2 AFTER DELETE ON none FOR EACH ROW BEGIN
INSERT INTO child VALUES
(OLD.id, '(x');
END $$
CREATE DEFINER=app@'%' PROCEDURE p() BEGIN
CREATE TABLE IF NOT EXISTS made_by_p (id INT);
END $$
DELIMITER ;
CREATE DEFINER=app@'%' FUNCTION f(x INT) RETURNS INT DETERMINISTIC RETURN x + 1;
CREATE DEFINER=app@'%' EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM jobs WHERE id < 0;
`;

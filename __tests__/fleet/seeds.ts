/**
 * Values for every table and every column that a downgrade drops, and what dumps get wrong: NULLs, characters of four bytes,
 * quotes, backslashes, newlines, bytes that are no text; a view, a trigger and a procedure.
 */
export const mariadbSeeds = `
INSERT INTO careers (id, name, description) VALUES
  (1, 'Solar engineer', 'Plans roofs that earn ☀️'), (2, 'Hydrologist', NULL), (3, 'Forester 🌲', 'It''s "outdoors"; C:\\\\trees\\nand more');
INSERT INTO jobs (id, title, company, salary, posted_at, remote, location, match_score)
  SELECT seq, CONCAT('Job ', seq, ' 🌱'), IF(seq % 7 = 0, NULL, CONCAT('Company ', seq % 5)), 30000.25 + seq, '2026-01-05 08:00:00' + INTERVAL seq HOUR,
    seq % 2, IF(seq % 5 = 0, NULL, CONCAT('Zürich ', seq)), IF(seq % 4 = 0, NULL, seq / 8) FROM seq_1_to_60;
INSERT INTO matches (job_id, career_id, score, note, fingerprint)
  SELECT seq, IF(seq % 6 = 0, NULL, 1 + seq % 3), seq / 16, IF(seq % 3 = 0, NULL, CONCAT('fits 💚 ', seq, '\\\\', '\\n''')), UNHEX(CONCAT('00FF', HEX(seq), '0A'))
  FROM seq_1_to_40;
INSERT INTO analytics (name, value, recorded_at) SELECT CONCAT('metric ', seq), seq * 1.5, '2026-01-06 00:00:00' FROM seq_1_to_20;
CREATE VIEW open_jobs AS SELECT id, title, company FROM jobs WHERE remote = 1;
CREATE TRIGGER jobs_counted AFTER INSERT ON jobs FOR EACH ROW
  INSERT INTO analytics (name, value, recorded_at) VALUES ('job added', NEW.id, NOW());
DELIMITER //
CREATE PROCEDURE raise_salaries(IN share DOUBLE)
BEGIN
  UPDATE jobs SET salary = salary * (1 + share);
END//
DELIMITER ;
`;

/** The same for PostgreSQL, with its sequences left where the next row goes on. */
export const postgresqlSeeds = `
INSERT INTO careers (id, name, description) VALUES
  (1, 'Solar engineer', 'Plans roofs that earn ☀️'), (2, 'Hydrologist', NULL), (3, 'Forester 🌲', E'It''s "outdoors"; C:\\\\trees\\nand more');
SELECT setval('careers_id_seq', 3);
INSERT INTO jobs (title, company, salary, posted_at, remote, location, match_score)
  SELECT 'Job ' || n || ' 🌱', CASE WHEN n % 7 <> 0 THEN 'Company ' || n % 5 END, 30000.25 + n, timestamp '2026-01-05 08:00' + n * interval '1 hour',
    n % 2 = 1, CASE WHEN n % 5 <> 0 THEN 'Zürich ' || n END, CASE WHEN n % 4 <> 0 THEN n / 8.0 END FROM generate_series(1, 60) n;
INSERT INTO matches (job_id, career_id, score, note, fingerprint)
  SELECT n, CASE WHEN n % 6 <> 0 THEN 1 + n % 3 END, n / 16.0, CASE WHEN n % 3 <> 0 THEN 'fits 💚 ' || n || E'\\\\\\n''' END,
    decode('00ff' || lpad(to_hex(n), 2, '0') || '0a', 'hex') FROM generate_series(1, 40) n;
INSERT INTO analytics (name, value, recorded_at) SELECT 'metric ' || n, n * 1.5, '2026-01-06' FROM generate_series(1, 20) n;
CREATE VIEW open_jobs AS SELECT id, company FROM jobs WHERE remote;
CREATE FUNCTION count_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO analytics (name, value, recorded_at) VALUES ('job added', NEW.id, now());
  RETURN NEW;
END $$;
CREATE TRIGGER jobs_counted AFTER INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION count_job();
`;

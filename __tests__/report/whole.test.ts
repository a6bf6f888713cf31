import { expect, test } from 'vitest';
import { incidentReport } from '../../src/report/incident.ts';
import { summary } from '../../src/report/summary.ts';
import { exampleOf } from './example.ts';

test('the whole of a failed run', () => {
  expect(summary({ ...exampleOf('failed'), logs: [], plan: { stages: [] } }, 'incident-report.md')).toMatchInlineSnapshot(`
    "### ❌ Needs a person: the downgrade of c3 failed at its second operation (on web-1), and 1 more problem; web-1 needs a person and 2 hosts are untouched, on v3.

    by octocat (\`workflow_dispatch\`) · reason: Critical bug found in production · environment \`production\` · method \`git\` · 2025-11-23 12:00:31 to 12:01:02 UTC (31 s) · [this run](https://github.com/green-matchers/app/actions/runs/11934567890)

    #### State of production

    | Hosts | Health | Availability | Data |
    | --- | --- | --- | --- |
    | web-1 needs a person and 2 hosts are untouched, on v3 | **not known**: 0 of 7 checks passed | The service did not answer for 31 s, 14 s of it before the first change, and was not answering at the end | Whether rows were lost was not measured |

    | Host | State | Release now | Time | What happened |
    | --- | --- | --- | --- | --- |
    | \`web-1\` | **needs a person** | unsure; found on v3 | 18 s | schema between c3 and c2b; code untouched |
    | \`web-2\` | untouched | v3 |  |  |
    | \`web-3\` | untouched | v3 |  |  |

    #### What to do now

    **1. \`web-1\`: the downgrade of c3 failed at its second operation** (\`step-failed\`, in step \`migrate-down-c3\`)

    What to do: Nothing was checked out. See the next point for the schema.

    \`\`\`text
    sqlalchemy.exc.OperationalError: (1091, "Can't DROP INDEX \`ix_salary\`; check that it exists")
    \`\`\`

    **2. \`web-1\`: the schema could not be brought back as found** (\`undo-failed\`, in step \`migrate-down-c3\`)

    What to do: The data is whole in the backup and restored beside as green\\_matchers\\_found. Start MariaDB on web-1 and run the rollback again.

    \`\`\`text
    ERROR 2013 (HY000): Lost connection to server during query
    \`\`\`

    #### Worth knowing

    - web-2: local changes in apps/backend/settings.py were saved to refs/rollback/11934567890-1 and to /var/backups/green-matchers/web-2.patch

    #### Timeline

    \`\`\`mermaid
    %%{init: {"themeVariables":{"sectionBkgColor":"#8c959f","altSectionBkgColor":"#8c959f00","sectionBkgColor2":"#8c959f","taskBkgColor":"#3b6fb6","taskBorderColor":"#3b6fb6","taskTextColor":"#ffffff","critBkgColor":"#cf222e","critBorderColor":"#cf222e","doneTaskBkgColor":"#8c959f","doneTaskBorderColor":"#8c959f"},"themeCSS":".grid .tick line { opacity: 0.25; }","gantt":{"leftPadding":160,"rightPadding":20,"barHeight":22,"fontSize":13,"sectionFontSize":13}}}%%
    gantt
        dateFormat YYYY-MM-DD HH:mm:ss.SSS
        axisFormat %M:%S
        tickInterval 5second
        todayMarker off
        section Health URL
        no good answer, 31 s :crit, 2001-01-01 00:00:00.000, 2001-01-01 00:00:31.000
        section Prepare
        fetch a1b2c3d, web-1, 0.9 s :2001-01-01 00:00:02.100, 2001-01-01 00:00:03.000
        fetch a1b2c3d, web-2, 1.1 s :2001-01-01 00:00:02.100, 2001-01-01 00:00:03.220
        fetch a1b2c3d, web-3, 1.3 s :2001-01-01 00:00:02.100, 2001-01-01 00:00:03.440
        section Back up
        dump the database, web-1, 6.5 s :2001-01-01 00:00:04.100, 2001-01-01 00:00:10.600
        archive the checkout, web-1, 1.9 s :2001-01-01 00:00:04.100, 2001-01-01 00:00:06.000
        section Database
        downgrade c3, web-1, 1.6 s, failed :crit, 2001-01-01 00:00:10.700, 2001-01-01 00:00:12.300
    \`\`\`

    #### Availability

    The health URL was asked 124 times; 0 answers were good. Green is for good answers, red for none, grey for what could not be asked.

    \`\`\`mermaid
    %%{init: {"themeVariables":{"xyChart":{"backgroundColor":"#00000000","plotColorPalette":"#8c959f, #cf222e, #2da44e"}},"xyChart":{"width":900,"height":120,"xAxis":{"showLabel":false,"showTick":false,"titleFontSize":13},"yAxis":{"showLabel":false,"showTick":false,"titleFontSize":13}}}}%%
    xychart-beta
        x-axis "12:00:31 to 12:01:02 UTC, a bar is 0.5 s" [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60]
        y-axis "Answers" 0 --> 100
        bar [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        bar [100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100]
        bar [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    \`\`\`

    #### What was tried

    **v3** ([\`c3d4e5f\`](https://github.com/green-matchers/app/commit/c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6) "Deploy 3: matching by salary") → **v2** ([\`a1b2c3d\`](https://github.com/green-matchers/app/commit/a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4) "Stable release 2")

    This target was chosen because the record on the hosts says that it was the last good release before the current one.

    **2 commits** in 5 files ([compare](https://github.com/green-matchers/app/compare/a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4...c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6))

    | Commit | Subject | Pull request | Author | Date |
    | --- | --- | --- | --- | --- |
    | [\`c3d4e5f\`](https://github.com/green-matchers/app/commit/c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6) | Deploy 3: matching by salary |  | Ada Okafor | 2025-11-23 |
    | [\`b7e6d5c\`](https://github.com/green-matchers/app/commit/b7e6d5c4b3a29180f7e6d5c4b3a29180f7e6d5c4) | Index careers by salary | [#412](https://github.com/green-matchers/app/pull/412) | Jonas Lind | 2025-11-22 |

    **2 migrations**

    | Revision | What it had brought |
    | --- | --- |
    | \`c3\` | add careers.salary\\_max |
    | \`c2b\` | create table salary\\_bands |

    #### Checks

    | Check | Asked from | Verdict | Tries | What came |
    | --- | --- | --- | --- | --- |
    | health \`/health\` | the runner | **unknown** | 0 | not asked: the run ended before |
    | health \`/health\` | \`web-1\` | **unknown** | 0 | not asked: the run ended before |
    | health \`/health\` | \`web-2\` | **unknown** | 0 | not asked: the run ended before |
    | health \`/health\` | \`web-3\` | **unknown** | 0 | not asked: the run ended before |
    | smoke \`GET /api/jobs\` | the runner | **unknown** | 0 | not asked: the run ended before |
    | smoke \`GET /api/careers\` | the runner | **unknown** | 0 | not asked: the run ended before |
    | smoke \`GET /api/analytics\` | the runner | **unknown** | 0 | not asked: the run ended before |

    #### Backups

    - **database** of \`web-1\`, 48.2 MB: \`/var/backups/green-matchers/2025-11-23T12-00-33Z-c3d4e5f.sql.gz\`<br>SHA-256 \`9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\`
    - **app** of \`web-1\`, 3.1 MB: \`/var/backups/green-matchers/2025-11-23T12-00-33Z-c3d4e5f.tar.gz\`<br>SHA-256 \`60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752\`

    #### Targets

    | Target | Measured | Met |
    | --- | --- | --- |
    | Rolled back within 5 minutes | not rolled back; the run took 31 s | **no** |
    | Unavailable for less than 1 minute | 31 s, of it 17 s from the first change on, and not answering at the end | **no** |
    | 0 bytes lost | not measured | unknown |

    #### Checklist: during the rollback

    - [x] Every host assessed before anything was touched: 3 hosts
    - [x] Backup made and verified: database on web-1, app on web-1
    - [ ] Rolled back: not finished
    - [ ] Database at the target's revision: not finished
    - [ ] Health checks passed: 0 of 4 passed, 4 could not be measured
    - [ ] Smoke tests passed: 0 of 3 passed, 3 could not be measured
    - [ ] Rows compared with the backup: not measured
    - [x] Downtime measured: 31 s
    - [ ] Logs collected: none were kept
    - [ ] Team and users told: for a person

    #### Checklist: after the rollback

    - [x] Incident report written: incident-report.md, to be completed by a person
    - [ ] Production brought back to a good release: for a person
    - [ ] Root cause found and mended, with a test: for a person
    - [ ] Status page and stakeholders told that it is over: for a person
    - [ ] Incident reviewed, with what will prevent it: for a person

    <details><summary>Files</summary>

    \`\`\`text
    apps/backend/app.py
    apps/backend/migrations/versions/c2b_salary_bands.py
    apps/backend/migrations/versions/c3_salary_max.py
    apps/backend/requirements.txt
    apps/frontend/src/Salary.tsx
    \`\`\`

    </details>

    <details><summary>SQL of the downgrade</summary>

    \`\`\`sql
    -- Running downgrade c3 -> c2b

    ALTER TABLE careers DROP COLUMN salary_max;

    UPDATE alembic_version SET version_num='c2b' WHERE alembic_version.version_num = 'c3';

    -- Running downgrade c2b -> c2

    DROP TABLE salary_bands;

    UPDATE alembic_version SET version_num='c2' WHERE alembic_version.version_num = 'c2b';
    \`\`\`

    </details>
    "
  `);
});

test('the incident report', () => {
  expect(incidentReport(exampleOf('undone'))).toMatchInlineSnapshot(`
    "# Incident: rollback of production on 2025-11-23

    ## Summary

    Not rolled back: everything is as it was found, on v3 (c3d4e5f "Deploy 3: matching by salary"), because the release that was found went on answering (on web-3).

    - Result: \`undone\` (\`wrong-release\`)
    - Environment: \`production\`
    - Found: v3 (c3d4e5f "Deploy 3: matching by salary")
    - Target: v2 (a1b2c3d "Stable release 2")
    - Method: \`git\`
    - Started by: octocat (\`workflow_dispatch\`)
    - Reason: Critical bug found in production
    - Run: \`11934567890-1\` ([log](https://github.com/green-matchers/app/actions/runs/11934567890))

    ## Timeline

    | Time                    | What                                                               |
    | ----------------------- | ------------------------------------------------------------------ |
    | 2025-11-23 11:57:31 UTC | The trouble was detected                                           |
    | 2025-11-23 12:00:31 UTC | The run started                                                    |
    | 2025-11-23 12:00:31 UTC | The health URL did not answer well, for 3.5 s                      |
    | 2025-11-23 12:00:33 UTC | Prepare: fetch a1b2c3d on \`web-1\` (0.9 s)                          |
    | 2025-11-23 12:00:33 UTC | Prepare: fetch a1b2c3d on \`web-2\` (1.1 s)                          |
    | 2025-11-23 12:00:33 UTC | Prepare: fetch a1b2c3d on \`web-3\` (1.3 s)                          |
    | 2025-11-23 12:00:34 UTC | The health URL answered well again                                 |
    | 2025-11-23 12:00:35 UTC | Back up: dump the database on \`web-1\` (6.5 s)                      |
    | 2025-11-23 12:00:35 UTC | Back up: archive the checkout on \`web-1\` (1.9 s)                   |
    | 2025-11-23 12:00:41 UTC | Database: downgrade c3 on \`web-1\` (1.6 s)                          |
    | 2025-11-23 12:00:43 UTC | Database: downgrade c2b on \`web-1\` (1.6 s)                         |
    | 2025-11-23 12:00:45 UTC | The health URL did not answer well, for 8.3 s                      |
    | 2025-11-23 12:00:45 UTC | First host: check out v2 on \`web-1\` (0.4 s)                        |
    | 2025-11-23 12:00:45 UTC | First host: restart green-matchers-api.service on \`web-1\` (5.5 s)  |
    | 2025-11-23 12:00:50 UTC | First host: prove on \`web-1\` (2.2 s)                               |
    | 2025-11-23 12:00:53 UTC | The health URL answered well again                                 |
    | 2025-11-23 12:00:53 UTC | Other hosts: check out v2 on \`web-2\` (0.4 s)                       |
    | 2025-11-23 12:00:53 UTC | Other hosts: check out v2 on \`web-3\` (0.4 s)                       |
    | 2025-11-23 12:00:53 UTC | Other hosts: restart green-matchers-api.service on \`web-2\` (5.5 s) |
    | 2025-11-23 12:00:53 UTC | Other hosts: restart green-matchers-api.service on \`web-3\` (5.5 s) |
    | 2025-11-23 12:00:59 UTC | Other hosts: prove on \`web-2\` (2.2 s)                              |
    | 2025-11-23 12:00:59 UTC | Other hosts: prove on \`web-3\` (2.2 s)                              |
    | 2025-11-23 12:01:02 UTC | Reload: reload nginx on \`web-1\` (0.6 s)                            |
    | 2025-11-23 12:01:02 UTC | Reload: reload nginx on \`web-2\` (0.6 s)                            |
    | 2025-11-23 12:01:02 UTC | Reload: reload nginx on \`web-3\` (0.6 s)                            |
    | 2025-11-23 12:01:03 UTC | Verify: health and smoke tests (5.6 s)                             |
    | 2025-11-23 12:01:10 UTC | Undo: check out v3 again on \`web-1\` (12 s): undone                 |
    | 2025-11-23 12:01:10 UTC | Undo: check out v3 again on \`web-2\` (13 s): undone                 |
    | 2025-11-23 12:01:10 UTC | Undo: check out v3 again on \`web-3\` (14 s): undone                 |
    | 2025-11-23 12:01:32 UTC | The run ended: \`undone\`                                            |

    ## Root cause

    To be found by a person.

    The suspects are what should have gone back (v3 → v2):

    **2 commits** in 5 files ([compare](https://github.com/green-matchers/app/compare/a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4...c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6))

    | Commit                                                                           | Subject                      | Pull request                                           | Author     | Date       |
    | -------------------------------------------------------------------------------- | ---------------------------- | ------------------------------------------------------ | ---------- | ---------- |
    | [\`c3d4e5f\`](https://github.com/green-matchers/app/commit/c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6) | Deploy 3: matching by salary |                                                        | Ada Okafor | 2025-11-23 |
    | [\`b7e6d5c\`](https://github.com/green-matchers/app/commit/b7e6d5c4b3a29180f7e6d5c4b3a29180f7e6d5c4) | Index careers by salary      | [#412](https://github.com/green-matchers/app/pull/412) | Jonas Lind | 2025-11-22 |

    \`\`\`text
    apps/backend/app.py
    apps/backend/migrations/versions/c2b_salary_bands.py
    apps/backend/migrations/versions/c3_salary_max.py
    apps/backend/requirements.txt
    apps/frontend/src/Salary.tsx
    \`\`\`

    **2 migrations**

    | Revision | What it had brought        |
    | -------- | -------------------------- |
    | \`c3\`     | add careers.salary\\_max    |
    | \`c2b\`    | create table salary\\_bands |

    ## Impact

    - Availability during the run: the service did not answer for 12 s, 3.5 s of it before the first change.
    - Data: nothing was lost.
    - Requests during the run: not counted, for no access log was read.
    - Checks: 7 made, 1 failed, 0 could not be measured.
    - Before the run, and what users noticed: to be told by a person.

    The health URL was asked 244 times; 197 answers were good, half of them within 36 ms.

    \`\`\`text
    ▁▁▁▁▁█████████████▁▁▁▁▁▁▁▁▁▁▁███████████████████████████████████████████████████
    0                                                                      1 min 1 s

    █ good answer   ▁ none   ? could not be asked
    \`\`\`

    | Check            | Asked from | Verdict                   | Status | Time | Tries | What came                       |
    | ---------------- | ---------- | ------------------------- | ------ | ---- | ----- | ------------------------------- |
    | health \`/health\` | \`web-3\`    | **failed**, wrong release | 200    | 6 ms | 61    | answered as v3, v2 was expected |

    ## Actions taken

    The run took 1 min 1 s: 20 steps done, 0 failed, 3 undone; the timeline has each. At its end: 3 hosts were put back on v3.

    **\`web-3\`: the release that was found went on answering** (\`wrong-release\`, in step \`prove\`)

    What to do: Look for a second process of the old release on web-3: ss -ltnp 'sport = :8000'. End it, then run the rollback again.

    \`\`\`text
    X-Version: v3 (asked 61 times in 60 s)
    \`\`\`

    | Host    | State             | Release now | Time | What happened                     |
    | ------- | ----------------- | ----------- | ---- | --------------------------------- |
    | \`web-1\` | put back as found | v3          | 22 s | put back                          |
    | \`web-2\` | put back as found | v3          | 22 s | put back                          |
    | \`web-3\` | put back as found | v3          | 22 s | went on answering as v3; put back |

    **Saved**

    - **database** of \`web-1\`, 48.2 MB: \`/var/backups/green-matchers/2025-11-23T12-00-33Z-c3d4e5f.sql.gz\`<br>SHA-256 \`9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\`
    - **app** of \`web-1\`, 3.1 MB: \`/var/backups/green-matchers/2025-11-23T12-00-33Z-c3d4e5f.tar.gz\`<br>SHA-256 \`60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752\`

    **Worth knowing**

    - web-2: local changes in apps/backend/settings.py were saved to refs/rollback/11934567890-1 and to /var/backups/green-matchers/web-2.patch

    ## Against the targets

    | Target                             | Measured                                                                 | Met    |
    | ---------------------------------- | ------------------------------------------------------------------------ | ------ |
    | Rolled back within 5 minutes       | not rolled back; the run took 1 min 1 s, 4 min 1 s from its detection on | **no** |
    | Unavailable for less than 1 minute | 12 s, of it 8.3 s from the first change on                               | yes    |
    | 0 bytes lost                       | 0 rows                                                                   | yes    |

    ## Prevention

    - [ ] Production brought to a good release
    - [ ] Root cause found, and written down above
    - [ ] Cause mended, with a test that fails without the mending
    - [ ] Looked at why it was not found before it reached production
    - [ ] Alarms and smoke tests completed so that it would be found sooner
    - [ ] Procedure and documentation brought up to date
    - [ ] Reviewed by the team, with names and dates for what is left

    ## Appendix: logs

    \`web-3\` \`/var/log/nginx/error.log\`

    \`\`\`text
    2025/11/23 12:00:52 [error] 811#811: *41 upstream prematurely closed connection while reading response header from upstream, client: 10.0.0.9, request: "GET /health HTTP/1.1"
    \`\`\`

    \`web-3\` \`journal of green-matchers-api.service\`

    \`\`\`text
    Traceback (most recent call last):
      File "/var/www/green-matchers/apps/backend/app.py", line 41, in health
        db.execute("SELECT salary_max FROM careers")
    KeyError: 'salary_max'
    \`\`\`
    "
  `);
});

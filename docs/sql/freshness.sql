-- How old may what I read of each table be, in all accounts?
--
-- Seconds since the last good reading of Gem's list began: what Gem had by then is here. A list that was never read well
-- has none.
SELECT a.account, a.state, l.model,
       (SELECT floor(extract(epoch FROM now() - max(s.started_at)))::int
        FROM sync.runs r JOIN sync.run_streams s ON s.run_id = r.id
        WHERE r.account = a.account AND s.stream = l.stream AND s.state = 'SUCCEEDED') AS seconds_old
FROM sync.account_states a
CROSS JOIN (VALUES ('users', 'users'), ('application_stages', 'job_stages'), ('jobs', 'jobs'), ('job_postings', 'job_posts'),
  ('candidates', 'candidates'), ('applications', 'applications'), ('interviews', 'scheduled_interviews')) AS l (model, stream)
WHERE NOT a.settings ? 'models' OR a.settings -> 'models' ? l.model
ORDER BY a.account, seconds_old DESC NULLS FIRST, l.model;

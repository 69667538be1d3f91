-- Who interviews how much: in the last 28 days, and in the next 7?
--
-- An interview of several people counts for each of them, whether they have accepted or not. Whole days have no hours.
SELECT concat_ws(' ', u.first_name, u.last_name) AS interviewer,
       count(*) FILTER (WHERE i.starting_at BETWEEN now() - interval '28 days' AND now()) AS last_28_days,
       count(*) FILTER (WHERE i.starting_at BETWEEN now() AND now() + interval '7 days') AS next_7_days,
       round(extract(epoch FROM coalesce(sum(i.ending_at - i.starting_at)
         FILTER (WHERE i.starting_at BETWEEN now() AND now() + interval '7 days'), '0')) / 3600, 1)::float8 AS hours_ahead
FROM ats.interviewing_team_members m
JOIN ats.interviews i ON i.id = m.interview_id AND NOT i.canceled AND i.remote_deleted_at IS NULL
JOIN ats.users u ON u.id = m.user_id
WHERE m.account = :'account' AND m.remote_deleted_at IS NULL
  AND i.starting_at BETWEEN now() - interval '28 days' AND now() + interval '7 days'
GROUP BY u.id, u.first_name, u.last_name
ORDER BY next_7_days DESC, last_28_days DESC, interviewer;

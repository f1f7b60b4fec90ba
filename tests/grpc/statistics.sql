-- Every statistic from an export of raw events, written from docs/statistics.md alone: slowly, without any of the register's
-- code. Parameters: $export, $communes, $position, $from, $to (first days of months).

CREATE OR REPLACE TEMP TABLE events AS
SELECT * FROM read_json($export, format = 'newline_delimited', columns = {
  position: 'BIGINT', stream_type: 'VARCHAR', stream: 'VARCHAR', event_type: 'VARCHAR', effective_on: 'DATE', payload: 'JSON'
}) WHERE stream_type = 'demand' AND position <= $position;

CREATE OR REPLACE TEMP TABLE communes AS
SELECT code, nullif(epci, '') AS epci FROM read_csv($communes, delim = ';', header = true, all_varchar = true);

CREATE OR REPLACE TEMP TABLE months AS
SELECT strftime(first, '%Y-%m') AS month, first::DATE AS first, last_day(first::DATE) AS last
FROM unnest(generate_series($from::DATE, $to::DATE, INTERVAL 1 MONTH)) AS m(first);

-- Each event with what was last recorded of its demand: kind, commune of first choice, applicant, day of reception.
CREATE OR REPLACE TEMP TABLE known AS
SELECT
  position, stream, event_type, effective_on, payload,
  stream[1:3] AS territory,
  (last_value(CASE WHEN event_type = 'Registered' THEN (payload ->> '$.filed_on') END IGNORE NULLS) OVER up_to)::DATE AS filed_on,
  last_value(CASE WHEN (payload -> '$.facts') IS NOT NULL THEN
    CASE WHEN (payload ->> '$.facts.applicant_kind') = 'association' THEN 'ASSOCIATION'
         WHEN list_contains((payload -> '$.facts.present_dwelling')::VARCHAR[], 'HLM') THEN 'TRANSFER'
         ELSE 'FIRST_DEMAND' END END IGNORE NULLS) OVER up_to AS kind,
  last_value(CASE WHEN (payload -> '$.facts') IS NOT NULL THEN
    coalesce(payload ->> '$.facts.communes[0]', '-') END IGNORE NULLS) OVER up_to AS commune,
  last_value(CASE WHEN event_type IN ('Registered', 'Reinstated') THEN
    coalesce(payload ->> '$.person_ref', stream) END IGNORE NULLS) OVER up_to AS person
FROM events
WINDOW up_to AS (PARTITION BY stream ORDER BY position ROWS UNBOUNDED PRECEDING);

-- On a day, a demand is what the last recorded of its events that are effective on that day or before says.
CREATE OR REPLACE TEMP TABLE stock AS
WITH said AS (
  SELECT m.month, m.last, k.stream, max_by(k, k.position) AS word
  FROM months AS m JOIN known AS k ON k.effective_on <= m.last
  WHERE k.event_type IN ('Registered', 'Modified', 'Renewed', 'CoApplicantDropped', 'Radiated', 'Reinstated')
  GROUP BY ALL
)
SELECT month, word.territory AS territory, word.commune AS commune, word.kind AS kind, word.person AS person,
  word.filed_on AS filed_on, date_diff('day', word.filed_on, last) AS seniority
FROM said WHERE word.event_type <> 'Radiated';

CREATE OR REPLACE TEMP TABLE flows AS
SELECT strftime(effective_on, '%Y-%m') AS month, territory, commune, kind,
  CASE event_type
    WHEN 'LeaseSigned' THEN 'HOUSED'
    WHEN 'Radiated' THEN 'RADIATED_' || CASE (payload ->> '$.motive.code')
      WHEN 'RADATT' THEN 'ATTRIBUTION' WHEN 'RADABA' THEN 'RENUNCIATION' WHEN 'RADCON' THEN 'NO_ANSWER'
      WHEN 'RADIRR' THEN 'INADMISSIBLE' WHEN 'RADREN' THEN 'NOT_RENEWED' END
    ELSE upper(event_type) END AS flow,
  CASE WHEN event_type = 'LeaseSigned' THEN date_diff('day', filed_on, (payload ->> '$.signed_on')::DATE) END AS waited
FROM known
WHERE event_type IN ('Registered', 'Renewed', 'Attributed', 'LeaseSigned', 'Radiated', 'Reinstated');

-- Where each commune counts, and what each kind counts as.
CREATE OR REPLACE TEMP TABLE places AS
SELECT DISTINCT d.territory, d.commune, p.place
FROM (SELECT territory, commune FROM stock UNION SELECT territory, commune FROM flows) AS d
LEFT JOIN communes AS c ON c.code = d.commune
CROSS JOIN unnest(['FRA', d.territory, d.commune, c.epci]) AS p(place)
WHERE p.place IS NOT NULL;

CREATE OR REPLACE TEMP TABLE kinds AS
SELECT * FROM (VALUES
  ('HOUSEHOLDS', 'FIRST_DEMAND'), ('HOUSEHOLDS', 'TRANSFER'),
  ('FIRST_DEMAND', 'FIRST_DEMAND'), ('TRANSFER', 'TRANSFER'), ('ASSOCIATION', 'ASSOCIATION')) AS k(kinds, kind);

CREATE OR REPLACE TEMP TABLE stock_at AS
SELECT s.*, p.place, k.kinds FROM stock AS s JOIN places AS p USING (territory, commune) JOIN kinds AS k USING (kind);
CREATE OR REPLACE TEMP TABLE flows_at AS
SELECT f.*, p.place, k.kinds FROM flows AS f JOIN places AS p USING (territory, commune) JOIN kinds AS k USING (kind);

-- The value of rank ceil(n * part / 10) of those housed in a month.
CREATE OR REPLACE TEMP TABLE deciles AS
WITH ranked AS (
  SELECT month, place, kinds, waited, row_number() OVER (PARTITION BY month, place, kinds ORDER BY waited) AS rank,
    count(*) OVER (PARTITION BY month, place, kinds) AS n
  FROM flows_at WHERE flow = 'HOUSED'
)
SELECT month, place, kinds, n, part, waited FROM ranked CROSS JOIN range(1, 10) AS p(part)
WHERE rank = (n * part + 9) // 10;

CREATE OR REPLACE TEMP TABLE figures AS
WITH cells AS (
  SELECT m.month, m.first, p.place, k.kinds
  FROM months AS m CROSS JOIN (SELECT DISTINCT place FROM places) AS p CROSS JOIN (SELECT DISTINCT kinds FROM kinds) AS k
),
stocks AS (
  SELECT month, place, kinds, count(*) AS n, sum(seniority) AS days FROM stock_at GROUP BY ALL
),
medians AS (
  SELECT month, place, kinds, seniority FROM (
    SELECT month, place, kinds, seniority,
      row_number() OVER (PARTITION BY month, place, kinds ORDER BY filed_on) AS rank,
      count(*) OVER (PARTITION BY month, place, kinds) AS n
    FROM stock_at) WHERE rank = (n + 1) // 2
),
counts AS (
  SELECT month, place, kinds, flow, count(*) AS n FROM flows_at GROUP BY ALL
  UNION ALL
  SELECT month, place, kinds, 'RADIATED', count(*) FROM flows_at WHERE flow LIKE 'RADIATED%' GROUP BY ALL
),
waits AS (
  SELECT month, place, kinds, count(*) AS n, sum(waited) AS days FROM flows_at WHERE flow = 'HOUSED' GROUP BY ALL
),
names AS (
  SELECT unnest(['REGISTERED', 'RENEWED', 'ATTRIBUTED', 'HOUSED', 'RADIATED', 'RADIATED_ATTRIBUTION', 'RADIATED_RENUNCIATION',
    'RADIATED_NO_ANSWER', 'RADIATED_INADMISSIBLE', 'RADIATED_NOT_RENEWED', 'REINSTATED']) AS flow
)
SELECT month, place, kinds, 'STOCK' AS measure, coalesce(n, 0)::DOUBLE AS value, coalesce(n, 0) AS observations
FROM cells LEFT JOIN stocks USING (month, place, kinds)
UNION ALL
SELECT month, place, kinds, flow, coalesce(n, 0)::DOUBLE, coalesce(n, 0)
FROM cells CROSS JOIN names LEFT JOIN counts USING (month, place, kinds, flow)
UNION ALL
SELECT month, place, kinds, 'SENIORITY_MEAN', days::DOUBLE / n::DOUBLE, coalesce(n, 0)
FROM cells LEFT JOIN stocks USING (month, place, kinds)
UNION ALL
SELECT month, place, kinds, 'SENIORITY_MEDIAN', seniority::DOUBLE, coalesce(n, 0)
FROM cells LEFT JOIN stocks USING (month, place, kinds) LEFT JOIN medians USING (month, place, kinds)
UNION ALL
SELECT month, place, kinds, 'WAITING_MEAN', days::DOUBLE / n::DOUBLE, coalesce(n, 0)
FROM cells LEFT JOIN waits USING (month, place, kinds)
UNION ALL
SELECT c.month, c.place, c.kinds, m.measure, d.waited::DOUBLE, coalesce(d.n, 0)
FROM cells AS c CROSS JOIN (VALUES ('WAITING_MEDIAN'), ('WAITING_DECILES')) AS m(measure)
LEFT JOIN deciles AS d ON d.month = c.month AND d.place = c.place AND d.kinds = c.kinds AND d.part = 5
UNION ALL
SELECT c.month, c.place, c.kinds, 'PRESSURE',
  CASE WHEN leases.n > 0 THEN coalesce(s.n, 0)::DOUBLE / leases.n::DOUBLE END, coalesce(leases.n, 0)
FROM cells AS c LEFT JOIN stocks AS s USING (month, place, kinds)
LEFT JOIN LATERAL (
  SELECT count(*) AS n FROM flows_at AS f
  WHERE f.flow = 'HOUSED' AND f.place = c.place AND f.kinds = c.kinds
    AND f.month BETWEEN strftime(c.first - INTERVAL 11 MONTH, '%Y-%m') AND c.month) AS leases ON true
UNION ALL
-- Once nationwide, in whatever territory and by whichever demand.
SELECT m.month, 'FRA', 'HOUSEHOLDS', 'HOUSEHOLDS', count(DISTINCT s.person)::DOUBLE, count(DISTINCT s.person)
FROM months AS m LEFT JOIN stock AS s ON s.month = m.month AND s.kind <> 'ASSOCIATION'
GROUP BY m.month;

CREATE TABLE t (a int);
-- rows
COPY t (a) FROM stdin;
1
2
\.
SELECT 1;

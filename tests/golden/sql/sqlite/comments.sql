-- one; two
SELECT 1 /* ; */, 2; /* last; */ SELECT 3 -- four;

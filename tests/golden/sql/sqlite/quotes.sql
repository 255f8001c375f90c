SELECT 'it''s;', "a;b", `c;d`, [e;f] FROM (SELECT 1 AS "a;b", 2 AS `c;d`, 3 AS [e;f]); SELECT 2;

SELECT 'it''s; one' AS "a"";b"; SELECT 2;

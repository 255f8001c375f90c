SELECT (ARRAY[1,2,3])[1:2], 'a'::text; SELECT 2;

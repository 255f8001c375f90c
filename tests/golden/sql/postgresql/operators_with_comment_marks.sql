SELECT 1 - -1, 2 -- three; 
, a @> b, '{}'::jsonb ?| array['x'];
SELECT 2;

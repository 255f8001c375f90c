/* ü */ SELECT 'é' AS 回; SELECT '議';

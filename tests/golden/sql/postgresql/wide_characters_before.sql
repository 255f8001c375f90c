/* ü */ SELECT 'é'; /* 回 */ SELECT '議';

SELECT 1; /* open /* closed */

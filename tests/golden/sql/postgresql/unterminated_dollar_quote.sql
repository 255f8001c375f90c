SELECT 1;
  SELECT $x$ open; $y$

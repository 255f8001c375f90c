SELECT 1;
  SELECT [open;

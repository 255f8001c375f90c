SELECT 'one;'
  'two;'; SELECT 2;

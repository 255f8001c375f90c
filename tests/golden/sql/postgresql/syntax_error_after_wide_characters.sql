SELECT 'ありがとう' x y z;

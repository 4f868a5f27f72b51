theorem fine : True := trivial
-- ÿþ

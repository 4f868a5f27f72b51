theorem fine : True := trivial
-- Î
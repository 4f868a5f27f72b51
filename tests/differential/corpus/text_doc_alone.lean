theorem fine : True := trivial
/-- This comment documents nothing. -/

import Init
theorem with_bom : True := trivial

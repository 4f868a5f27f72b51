theorem with_bom : True := trivial

public import Init
theorem public_without_module : True := trivial

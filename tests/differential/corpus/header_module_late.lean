import Init
module
theorem after_module : True := trivial

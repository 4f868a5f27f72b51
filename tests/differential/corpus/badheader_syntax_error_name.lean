import Init.
theorem after_a_dot : True := trivial

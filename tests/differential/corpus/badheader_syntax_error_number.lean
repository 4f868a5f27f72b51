import 7
theorem after_a_number : True := trivial

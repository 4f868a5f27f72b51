theorem first_this : True := trivial
import Lean
theorem then_that : True := trivial
#check then_that

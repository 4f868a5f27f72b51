import Init
  import Lean.DoesNotExist.AtAll
import Std
-- the position of the error says which line is meant
example : True := trivial

import Lean
import Std
open Lean in
theorem two : 1 + 1 = 2 := rfl
#eval 40 + 2

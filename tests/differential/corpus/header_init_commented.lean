/- A block comment
   /- with a nested one -/
   before the header. -/
-- import Lean
import Init
/-! A module comment after it. -/
theorem commented : (fun x : Nat => x) 3 = 3 := rfl
example : 3 = 4 := by decide

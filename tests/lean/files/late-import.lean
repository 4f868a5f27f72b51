theorem a : 1 = 1 := rfl
import Lean
theorem b : 1 = 1 := rfl

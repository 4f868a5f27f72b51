import Lean.Meta.Basic
import Std.Data.HashMap
import Init.Data.List

open Lean Meta

theorem length_three (a b c : α) : [a, b, c].length = 3 := by simp
theorem length_wrong (a b c : α) : [a, b, c].length = 4 := by simp

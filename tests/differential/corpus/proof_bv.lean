import Std.Tactic.BVDecide
theorem bv_swap (x y : BitVec 4) : x &&& y = y &&& x := by
  exact BitVec.and_comm x y
theorem bv_ext (x y : BitVec 4) (h : x = y) : x ||| x = y := by
  simp [h]
theorem bv_false (x : BitVec 4) : x + 1 = x := by
  decide

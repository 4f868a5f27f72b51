@[simp] theorem my_zero (n : Nat) : n * 0 + 0 = 0 := by simp
@[inline] def quick (n : Nat) := n + 1
@[reducible] def Number := Nat
@[ext] structure Pair where
  a : Nat
  b : Nat
attribute [local simp] Nat.add_comm
attribute [-simp] my_zero
@[no_such_attribute] def strange := 1
@[simp] def notALemma : Nat := 3
attribute [simp] absent_name
@[implemented_by quick] def slow (n : Nat) := 1 + n
@[instance] def wrongInstance : Nat := 4
theorem pair_eq (p q : Pair) (h₁ : p.a = q.a) (h₂ : p.b = q.b) : p = q := by
  ext <;> assumption

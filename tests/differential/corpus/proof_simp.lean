@[simp] def double (n : Nat) : Nat := n + n

theorem double_zero : double 0 = 0 := by simp

theorem append_len (xs ys : List α) : (xs ++ ys).length = ys.length + xs.length := by
  simp [Nat.add_comm]

theorem simp_at (a b : Nat) (h : a + 0 = b) : b = a := by
  simp at h
  exact h.symm

theorem if_true' : (if 1 < 2 then "a" else "b") = "a" := by simp

theorem nothing_to_do (p q : Prop) (h : p) : q := by
  simp

theorem bad_lemma : 1 + 1 = 2 := by
  simp [no_such_lemma]

theorem leftover (xs : List Nat) : xs.map (· + 0) = xs ++ [] ++ [1] := by
  simp

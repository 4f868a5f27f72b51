theorem shadow (a a a : Nat) (h : a = a) : a = 0 := by
  skip
theorem daggers (x : Nat) : (fun x => x = x) x → x = 1 := by
  intro h
  cases x
  · skip
example (n : Nat) : n = n + 1 := by
  induction n
  all_goals simp
example : ∀ x y : Nat, x = y := by
  intro x
  intro
  rfl
example : (fun (x : Nat) (_ : x = 3) => x) = (fun x _ => x + 0 + 1) := by rfl

theorem rw_chain (a b c : Nat) (h : a = b) (h' : b = c) : a + 1 = c + 1 := by
  rw [h, h']

theorem rw_back (a b : Nat) (h : a = b) : b + a = a + a := by
  rw [← h]

theorem rw_nothing (a b : Nat) (h : a = b) : 1 = 1 + 0 - 0 + 2 := by
  rw [h]

theorem rw_motive (n : Nat) (v : Fin n) (h : n = 3) : v.val < n := by
  rw [h] at v
  exact v.isLt

theorem subst_it (a b : Nat) (h : a = b) (p : Nat → Prop) (ha : p a) : p b := by
  subst h
  exact ha

theorem ext_fun (f g : Nat → Nat) (h : ∀ x, f x = g x) : f = g := by
  funext x
  exact h x

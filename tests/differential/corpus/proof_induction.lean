def sumTo : Nat → Nat
  | 0 => 0
  | n + 1 => (n + 1) + sumTo n

theorem sumTo_closed (n : Nat) : 2 * sumTo n = n * (n + 1) := by
  induction n with
  | zero => rfl
  | succ n ih =>
    rw [sumTo, Nat.mul_add, ih, ← Nat.add_mul]
    rw [Nat.mul_comm, Nat.add_comm 2 n]

theorem rev_rev (xs : List α) : xs.reverse.reverse = xs := by
  induction xs with
  | nil => rfl
  | cons x xs ih => simp

theorem stuck (n : Nat) : sumTo n = n := by
  induction n with
  | zero => rfl
  | succ n ih => skip

theorem missing_case (n : Nat) : n ≤ n := by
  induction n with
  | zero => exact Nat.le_refl 0

/- A promise is not a proof: the verdict is `sorry`, and the exit code says so. -/

theorem to_be_done (n : Nat) : n * n ≥ n := by
  cases n with
  | zero => exact Nat.le_refl 0
  | succ n => sorry

-- Much work for the kernel alone.
set_option maxRecDepth 100000
def tower : Nat → Nat → Nat
  | 0, m => m
  | n + 1, m => tower n (Nat.rec 1 (fun _ r => r + r) (m % 23))
theorem in_kernel : Nat.rec (motive := fun _ => Nat) 0 (fun _ r => (r + 1) % 1000003) (2 ^ 24) = 0 := by
  decide +kernel

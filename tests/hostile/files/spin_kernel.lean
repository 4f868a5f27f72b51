-- 2^60 different steps for the kernel alone, and never deep.
def search : Nat → Nat → Bool
  | 0, k => k != 12345678901
  | n + 1, k => search n (2 * k) && search n (2 * k + 1)
theorem in_kernel : search 60 1 = true := by
  decide +kernel

def log2 (n : Nat) : Nat :=
  if h : n ≤ 1 then 0 else 1 + log2 (n / 2)
termination_by n
decreasing_by omega

theorem log2_one : log2 1 = 0 := by
  unfold log2; simp

def collatz (n : Nat) : Nat :=
  if n ≤ 1 then 0
  else if n % 2 = 0 then 1 + collatz (n / 2)
  else 1 + collatz (3 * n + 1)

def ackermann : Nat → Nat → Nat
  | 0, n => n + 1
  | m + 1, 0 => ackermann m 1
  | m + 1, n + 1 => ackermann m (ackermann (m + 1) n)
termination_by m n => (m, n)

#eval ackermann 2 3
#eval log2 1000

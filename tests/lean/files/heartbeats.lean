set_option maxHeartbeats 50 in
theorem t (a b c d : Nat) (h : a < b) (k : b < c) (l : c < d) : a + 2 < d := by omega


   import    Init   -- the same header as in header_init, with blanks


/- and a comment -/
theorem spaced (a b : Nat) (h : a < b) : a + 1 ≤ b := by omega
theorem spaced_wrong (a b : Nat) (h : a < b) : a + 2 ≤ b := by omega

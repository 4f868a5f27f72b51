-- Never ends by itself, but looks whether it should.
set_option maxHeartbeats 0
set_option maxRecDepth 1000000
theorem spins (a b : Nat) (h : a = b) : a = b + 1 := by
  iterate 1000000000 (rw [h]; rw [← h])
  repeat' (rw [Nat.add_comm])
  iterate 1000000000 (rw [Nat.add_comm])

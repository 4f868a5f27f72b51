-- Never ends by itself, but looks now and then whether it should.
set_option maxHeartbeats 0
set_option maxRecDepth 100000
macro "long" : tactic => `(tactic| (have h : ∀ n : Fin 60, n.val < 60 := by decide))
macro "longer" : tactic => `(tactic| (long; long; long; long; long; long; long; long; long; long))
macro "longest" : tactic => `(tactic| (longer; longer; longer; longer; longer; longer; longer; longer; longer; longer))
theorem spins (a b : Nat) (h : a = b) : a = b + 1 := by
  longest; longest; longest; longest; longest; longest; longest; longest; longest
  longest; longest; longest; longest; longest; longest; longest; longest; longest

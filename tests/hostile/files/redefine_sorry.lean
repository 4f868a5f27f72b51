-- sorry that is none, theorem that proves nothing.
macro_rules | `(sorry) => `(by trivial)
theorem fine : True := sorry
theorem wrong : 1 = 2 := sorry

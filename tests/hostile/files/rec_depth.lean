-- As deep as the stack allows and deeper.
set_option maxRecDepth 1000000
theorem wrong : (List.range 5000).foldl (· + ·) 0 = 1 := by decide

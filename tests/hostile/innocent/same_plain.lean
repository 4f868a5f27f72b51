#eval (do IO.println (toString (← IO.rand 0 1000000)) : IO Unit)
#eval (do IO.println (toString (← IO.rand 0 1000000)) : IO Unit)

/- Code in a file can end its process, even with exit code 0. That is a crash:
nothing is `ok` without the end of the file. -/

theorem fine : 1 = 1 := rfl

#eval (IO.Process.exit 0 : IO Unit)

theorem wrong : 1 = 2 := rfl
